using System.Text.Json;
using System.Text.RegularExpressions;
using LibvirtBackup.Cli.Tests.Support;

namespace LibvirtBackup.Cli.Tests.ImageSets;

public sealed partial class ExportAndImportTests : IDisposable
{
    private readonly SmallRepository _repository = new();
    private readonly SmallRepository _other = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("lvb-cli-set-").FullName;

    public void Dispose()
    {
        _repository.Dispose();
        _other.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task An_exported_point_is_imported_elsewhere()
    {
        await _repository.InitAsync();
        _repository.AddPoints();
        var exported = await _repository.RunAsync(
            "export", SmallRepository.Full, "--to", _directory, "--no-progress");
        Assert.Equal(new CliResult(0, $"{_directory}/000001-full\n", ""), exported);
        await _other.InitAsync();
        var imported = await _other.RunAsync("import", _directory, "--json", "-q");
        Assert.Equal((0, ""), (imported.ExitCode, imported.Error));
        Golden.Equal("json/import.json", Marks().Replace(imported.Out, "MARK"));
        using var document = JsonDocument.Parse(imported.Out);
        var point = document.RootElement.GetProperty("points")[0].GetProperty("point").GetString()!;
        var list = await _other.RunAsync("list", "--json");
        Assert.Contains(point, list.Out, StringComparison.Ordinal);
        var again = await _other.RunAsync("import", _directory);
        Assert.Contains("imported before", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_document_of_an_export_has_the_promised_fields()
    {
        await _repository.InitAsync();
        _repository.AddPoints();
        var result = await _repository.RunAsync(
            "export", SmallRepository.Full, "--to", _directory, "--json", "-q");
        Golden.Equal("json/export.json", result.Out.Replace(_directory, "DIR", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(2, "one directory or of single images", "import")]
    [InlineData(2, "whose they are", "import", "--disk", "vda=x.qcow2")]
    [InlineData(2, "is no target", "import", "--disk", "vda", "--definition", "x.xml")]
    [InlineData(2, "not among the single images", "import", "/usr/share", "--format", "vda=raw")]
    [InlineData(
        2, "from format 'vmdk'", "import", "--disk", "vda=x", "--definition", "x.xml", "--format", "vda=vmdk")]
    [InlineData(1, "neither an image set", "import", "/usr/share")]
    [InlineData(1, "there is no directory", "import", "/nowhere")]
    [InlineData(2, "--to", "push", "web")]
    [InlineData(2, "--format cannot be 'vmdk'", "push", "web", "--to", "/nowhere", "--format", "vmdk")]
    [InlineData(2, "no absolute path", "push", "web", "--to", "/nowhere", "--target", "vda=sdx")]
    [InlineData(6, "not libvirt's QEMU driver", "push", "test", "--to", "/nowhere")]
    public async Task What_makes_no_sense_is_told_in_one_line(int exitCode, string text, params string[] args)
    {
        await _repository.InitAsync();
        var result = await _repository.RunAsync(args);
        Assert.Equal((exitCode, ""), (result.ExitCode, result.Out));
        Assert.Contains(text, result.Error, StringComparison.Ordinal);
        Assert.Matches("^lvbackup: [^\n]+\n$", result.Error);
    }

    [GeneratedRegex("(?<=Z-)[0-9a-f]{6}|(?<=image set )[0-9a-f]{8}", RegexOptions.None, 1000)]
    private static partial Regex Marks();
}
