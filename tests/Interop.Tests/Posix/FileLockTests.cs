using System.Diagnostics;
using LibvirtBackup.Interop.Posix;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Posix;

public sealed class FileLockTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string LockPath => _directory.File("lock");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void An_exclusive_lock_keeps_everybody_else_out_until_it_is_given_back()
    {
        using (FileLock? first = FileLock.TryAcquire(LockPath))
        {
            Assert.NotNull(first);
            Assert.Null(FileLock.TryAcquire(LockPath));
            Assert.Null(FileLock.TryAcquire(LockPath, FileLockMode.Shared));
        }

        using FileLock? second = FileLock.TryAcquire(LockPath);
        Assert.NotNull(second);
    }

    [Fact]
    public async Task A_lock_is_free_as_soon_as_it_is_given_back_even_while_processes_are_started()
    {
        using var over = new CancellationTokenSource();
        Task[] starting =
        [
            .. Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
            {
                while (!over.IsCancellationRequested)
                {
                    using Process process = Process.Start("true");
                    process.WaitForExit();
                }
            })),
        ];
        var refused = 0;
        for (var end = Stopwatch.GetTimestamp() + (Stopwatch.Frequency * 2); Stopwatch.GetTimestamp() < end;)
        {
            using FileLock? taken = FileLock.TryAcquire(LockPath);
            if (taken is null)
                refused++;
        }

        await over.CancelAsync();
        await Task.WhenAll(starting);
        Assert.Equal(0, refused);
    }

    [Fact]
    public void Shared_locks_live_together_and_keep_an_exclusive_one_out()
    {
        FileLock? first = FileLock.TryAcquire(LockPath, FileLockMode.Shared);
        using FileLock? second = FileLock.TryAcquire(LockPath, FileLockMode.Shared);
        Assert.NotNull(first);
        Assert.NotNull(second);
        Assert.Null(FileLock.TryAcquire(LockPath));
        first.Dispose();
        Assert.Null(FileLock.TryAcquire(LockPath));
        second.Dispose();
        using FileLock? alone = FileLock.TryAcquire(LockPath);
        Assert.NotNull(alone);
    }

    [Fact]
    public void Others_can_read_what_the_holder_wrote_while_it_is_locked()
    {
        using FileLock? held = FileLock.TryAcquire(LockPath);
        Assert.NotNull(held);
        held.WriteContent("a longer text"u8);
        held.WriteContent("owner"u8);
        Assert.Equal("owner"u8.ToArray(), FileLock.ReadContent(LockPath));
        Assert.Empty(FileLock.ReadContent(_directory.File("missing")));
    }

    [Fact]
    public void The_framework_cannot_read_a_locked_file_which_is_why_ReadContent_exists()
    {
        using FileLock? held = FileLock.TryAcquire(LockPath);
        Assert.NotNull(held);
        Assert.Throws<IOException>(() => File.ReadAllBytes(LockPath));
    }

    [Fact]
    public void A_symbolic_link_is_not_followed()
    {
        string elsewhere = _directory.File("elsewhere");
        File.CreateSymbolicLink(LockPath, elsewhere);
        PosixException e = Assert.Throws<PosixException>(() => FileLock.TryAcquire(LockPath));
        Assert.Equal(LockPath, e.Path);
        Assert.False(File.Exists(elsewhere));
    }

    [Fact]
    public void A_missing_directory_is_told_with_errno_call_and_path()
    {
        string path = _directory.File("missing/lock");
        PosixException e = Assert.Throws<PosixException>(() => FileLock.TryAcquire(path));
        Assert.Equal((Errno.NoEntry, "open", path), (e.Errno, e.Function, e.Path));
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_lock_of_a_killed_process_is_free_and_a_child_process_does_not_inherit_ours()
    {
        using (Process other = Process.Start(new ProcessStartInfo("flock", [LockPath, "sleep", "60"]))!)
        {
            Assert.True(SpinWait.SpinUntil(() => IsTaken(LockPath), TimeSpan.FromSeconds(10)));
            other.Kill(entireProcessTree: true);
            other.WaitForExit();
        }

        Assert.True(SpinWait.SpinUntil(() => !IsTaken(LockPath), TimeSpan.FromSeconds(10)));

        FileLock? ours = FileLock.TryAcquire(LockPath);
        Assert.NotNull(ours);
        using Process child = Process.Start(new ProcessStartInfo("sleep", ["60"]))!;
        ours.Dispose();
        Assert.False(IsTaken(LockPath));
        child.Kill();
    }

    [Fact]
    public async Task Many_contenders_that_delete_the_file_never_hold_it_together()
    {
        int inside = 0, entered = 0;
        void Contend()
        {
            for (int i = 0; i < 2000; i++)
            {
                using FileLock? held = FileLock.TryAcquire(LockPath);
                if (held is null)
                    continue;
                Assert.Equal(1, Interlocked.Increment(ref inside));
                Interlocked.Increment(ref entered);
                Interlocked.Decrement(ref inside);
                File.Delete(LockPath); // from here on, others can make and lock another file of that name
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(Contend)));
        Assert.True(entered > 100, $"entered {entered} times");
    }

    private static bool IsTaken(string path)
    {
        using FileLock? probe = FileLock.TryAcquire(path);
        return probe is null;
    }
}
