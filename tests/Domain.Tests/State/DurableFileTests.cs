using LibvirtBackup.State;
using Xunit;

namespace LibvirtBackup.Domain.Tests.State;

public sealed class DurableFileTests
{
    [Fact]
    public void A_crash_after_any_step_leaves_the_old_file_or_the_new_one()
    {
        using var directory = new TestDirectory();
        using var crashes = new TestDirectory();
        var path = directory.File("file");
        DurableFile.Write(path, "old"u8.ToArray());
        var steps = new List<DurableStep>();

        DurableFile.Write(path, "new"u8.ToArray(), step =>
        {
            steps.Add(step);
            TestDirectory.Copy(directory.Path, crashes.File(step.ToString()));
        });

        Assert.Equal(Enum.GetValues<DurableStep>(), steps);
        foreach (var step in steps)
        {
            var left = File.ReadAllText(Path.Combine(crashes.File(step.ToString()), "file"));
            Assert.Equal(step < DurableStep.Renamed ? "old" : "new", left);
        }
    }

    [Theory]
    [InlineData(DurableStep.TemporaryCreated)]
    [InlineData(DurableStep.ContentWritten)]
    [InlineData(DurableStep.ContentFlushed)]
    public void A_failure_before_the_rename_leaves_no_temporary_file(object failing)
    {
        using var directory = new TestDirectory();
        var path = directory.File("file");

        Assert.Throws<IOException>(() => DurableFile.Write(path, "new"u8.ToArray(), step =>
        {
            if (step == (DurableStep)failing) throw new IOException("no space left on device");
        }));

        Assert.Empty(Directory.EnumerateFiles(directory.Path));
    }
}
