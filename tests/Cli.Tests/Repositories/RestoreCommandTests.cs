using System.Text.Json;
using LibvirtBackup.Cli.Tests.Support;

namespace LibvirtBackup.Cli.Tests.Repositories;

public sealed class RestoreCommandTests : IDisposable
{
    private readonly SmallRepository _repository = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("lvb-cli-to-").FullName;

    public void Dispose()
    {
        _repository.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_restore_prints_the_files_and_reports_progress_on_stderr()
    {
        var result = await RestoreAsync();
        Assert.Equal((0, $"{_directory}/vda.raw\n"), (result.ExitCode, result.Out));
        Assert.StartsWith("vda: 1.0 MiB done in ", result.Error, StringComparison.Ordinal);
        Assert.Equal(new byte[1_048_576], await File.ReadAllBytesAsync(
            $"{_directory}/vda.raw", TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("-q")]
    [InlineData("--no-progress")]
    public async Task A_quiet_restore_has_no_progress(string option) =>
        Assert.Equal(new CliResult(0, $"{_directory}/vda.raw\n", ""), await RestoreAsync(option));

    [Fact]
    public async Task The_document_has_the_promised_fields()
    {
        var result = await RestoreAsync("--json", "--disk", "vda");
        Golden.Equal("json/restore.json", result.Out.Replace(_directory, "DIR", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Existing_files_are_a_reason_to_refuse()
    {
        await RestoreAsync();
        var refused = await RestoreAsync("--json");
        Assert.Equal(1, refused.ExitCode);
        using var document = JsonDocument.Parse(refused.Out);
        Assert.Equal("lvbackup/error/1", document.RootElement.GetProperty("schema").GetString());
        Assert.Equal(0, (await RestoreAsync("--overwrite")).ExitCode);
    }

    [Theory]
    [InlineData(2, "--format", "vmdk")]
    [InlineData(1, "--disk", "vdz")]
    public async Task What_cannot_be_restored_is_told_in_one_line(int exitCode, params string[] options)
    {
        var result = await RestoreAsync(["-q", .. options]);
        Assert.Equal((exitCode, ""), (result.ExitCode, result.Out));
        Assert.Matches("^lvbackup: [^\n]+\n$", result.Error);
    }

    [Fact]
    public async Task Damage_is_told_in_one_line_with_what_to_do_next()
    {
        await _repository.InitAsync();
        var point = _repository.AddDays(1, root: new string('a', 64))[0];
        var result = await _repository.RunAsync("restore", point, "--to", _directory, "-q");
        Assert.Equal((4, ""), (result.ExitCode, result.Out));
        Assert.Matches(
            $"^lvbackup: cannot restore point '{point}': [^\n]*; what was written is removed; run 'lvbackup verify' "
                + "to see what is damaged, then 'lvbackup repair', or restore another point\n$",
            result.Error);
        Assert.Empty(Directory.GetFiles(_directory));
    }

    [Theory]
    [InlineData(2, "vda", "is no target")]
    [InlineData(2, "=x", "is no target")]
    [InlineData(2, "vdz=x", "'vdz'")]
    public async Task A_target_that_makes_no_sense_is_wrong_usage(int exitCode, string target, string text)
    {
        var result = await RestoreAsync("-q", "--target", target);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(text, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_disk_goes_to_its_target_with_or_without_a_directory_for_others(bool hasDirectory)
    {
        await MakeAsync();
        var path = $"{_directory}/elsewhere.img";
        string[] to = hasDirectory ? ["--to", _directory] : [];
        var result = await _repository.RunAsync(
            ["restore", SmallRepository.Full, .. to, "-q", "--format", "raw", "--target", $"vda={path}"]);
        Assert.Equal(new CliResult(0, $"{path}\n", ""), result);
        Assert.Equal([path], Directory.GetFileSystemEntries(_directory));
        Assert.Equal(new byte[1_048_576], await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));

        // What is there already and differs is written over, and nothing else is made.
        await File.WriteAllBytesAsync(
            path, [.. Enumerable.Repeat((byte)7, 1_048_576)], TestContext.Current.CancellationToken);
        result = await RestoreAsync("-q", "--overwrite", "--target", $"vda={path}");
        Assert.Equal(new CliResult(0, $"{path}\n", ""), result);
        Assert.Equal([path], Directory.GetFileSystemEntries(_directory));
        Assert.Equal(new byte[1_048_576], await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_place_for_the_disks_has_to_be_named()
    {
        var result = await _repository.RunAsync("restore", SmallRepository.Full);
        Assert.Equal(
            new CliResult(2, "", "lvbackup: restore: --to or --target is missing; see 'lvbackup restore --help'\n"),
            result);
    }

    private async Task<CliResult> RestoreAsync(params string[] options)
    {
        await MakeAsync();
        string[] format = options.Contains("--format") ? [] : ["--format", "raw"];
        return await _repository.RunAsync(
            ["restore", SmallRepository.Full, "--to", _directory, .. format, .. options]);
    }

    private async Task MakeAsync()
    {
        if (File.Exists(Path.Combine(_repository.Path, "config.json"))) return;
        await _repository.InitAsync();
        _repository.AddPoints();
    }
}
