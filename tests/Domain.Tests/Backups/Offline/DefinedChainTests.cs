using System.Text.RegularExpressions;
using LibvirtBackup.Backups.Offline;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Xml;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Backups.Offline;

/// <summary>What the guest would see by its definition, beside what the images alone say.</summary>
public sealed partial class DefinedChainTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("<source file='TOP'/>", null)]
    [InlineData("<source file='TOP'/>raw BASE<backingStore/>", null)]
    [InlineData("<source file='TOP'><encryption format='luks'/></source>", "it is encrypted by QEMU")]
    [InlineData(
        "<source file='TOP'><slices><slice type='storage' offset='512' size='1024'/></slices></source>",
        "only a part of its image")]
    [InlineData("<source file='TOP'/><backingStore/>", "the definition has nothing behind")]
    [InlineData("<source file='TOP'/>qcow2 BASE", "is qcow2 in the definition, and raw")]
    [InlineData("<source file='TOP'/>raw /other", "the definition has '/other' behind")]
    [InlineData("<source file='BASE'/>raw TOP", "which names none itself")]
    public async Task A_chain_that_is_not_what_the_guest_sees_is_told(string source, string? why)
    {
        var (bottom, top) = (_directory.File("base.raw"), _directory.File("top.qcow2"));
        await RunAsync("create", "-q", "-f", "raw", bottom, "1M");
        await RunAsync("create", "-q", "-f", "qcow2", "-b", bottom, "-F", "raw", top, "1M");
        var isOver = source.StartsWith("<source file='TOP'", StringComparison.Ordinal);
        var format = isOver ? "qcow2" : "raw";
        var text = Behind().Replace(
            source,
            "<backingStore type='file'><format type='${format}'/><source file='${file}'/>${end}</backingStore>");
        text = text.Replace("TOP", top, StringComparison.Ordinal).Replace("BASE", bottom, StringComparison.Ordinal);
        var domain = DomainXml.Parse(
            "<domain type='qemu'><name>vm</name><devices><disk type='file' device='disk'>"
            + $"<driver name='qemu' type='{format}'/>{text}<target dev='vda'/></disk></devices></domain>");
        var chain = new StoredChain(await ImageChain.InspectAsync(isOver ? top : bottom, format, Token));

        var told = chain.WhyOther(domain.Disks[0]);

        if (why is null) Assert.Null(told);
        else Assert.Contains(why, told, StringComparison.Ordinal);
    }

    /// <summary>Short for what is behind: its format, its file, and whether the chain ends there.</summary>
    [GeneratedRegex("(?<format>raw|qcow2) (?<file>[A-Z/a-z]+)(?<end><backingStore/>)?$", RegexOptions.None, 1000)]
    private static partial Regex Behind();

    private static async Task RunAsync(params string[] arguments)
    {
        var (exitCode, output, error) = await Tools.RunAsync("qemu-img", arguments);
        Assert.True(exitCode == 0, output + error);
    }
}
