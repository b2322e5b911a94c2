using LibvirtBackup.Interop.Xml;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Xml;

public sealed class DiskNameTests
{
    [Theory]
    [InlineData("vda", false)]
    [InlineData("ioemu:hda", false)]
    [InlineData("nvme0n1", false)]
    [InlineData("/dev/mapper/a b", true)]
    public void A_target_or_an_absolute_path_is_a_disk_name(string text, bool isPath)
    {
        DiskName name = DiskName.Parse(text);
        Assert.Equal(text, name.Value);
        Assert.Equal(isPath, name.IsPath);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("a b")]
    [InlineData("./x")]
    [InlineData("a/b")]
    public void Anything_else_is_refused_with_a_reason(string? text)
    {
        Assert.False(DiskName.TryParse(text, out DiskName? name, out string? reason));
        Assert.Null(name);
        Assert.Contains("disk name", reason, StringComparison.Ordinal);
    }
}
