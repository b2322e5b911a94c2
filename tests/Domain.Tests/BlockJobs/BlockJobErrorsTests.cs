using LibvirtBackup.BlockJobs;
using Xunit;

namespace LibvirtBackup.Domain.Tests.BlockJobs;

public sealed class BlockJobErrorsTests
{
    private const string Failed =
        """{"device":"commit-vda-libvirt-2-format","len":8,"offset":1,"speed":0,"type":"commit","error":"No room"}""";

    [Theory]
    [InlineData(Failed, "vda", "No room")]
    [InlineData(Failed, "vdb", null)]
    [InlineData("""{"device":"pull-vda-libvirt-2-format","len":8,"offset":8,"speed":0,"type":"stream"}""", "vda", null)]
    [InlineData(null, "vda", null)]
    public void The_reason_is_that_of_the_job_of_the_disk(string? details, string disk, string? error) =>
        Assert.Equal(error, BlockJobErrors.ErrorIn(details, disk));
}
