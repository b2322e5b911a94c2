using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Restores;

/// <summary>A block device over a file; disposing takes it away.</summary>
internal sealed class LoopDevice : IAsyncDisposable
{
    private LoopDevice(string path) => Path = path;

    internal string Path { get; }

    /// <summary>Skips the test where the machine has no loop devices.</summary>
    internal static async Task<LoopDevice> AttachAsync(string directory, long size, CancellationToken cancellationToken)
    {
        var file = System.IO.Path.Combine(directory, $"loop-{size}");
        await using (var stream = File.Create(file)) stream.SetLength(size);
        var result = await Tool.RunAsync("losetup", ["--find", "--show", file], cancellationToken);
        Assert.SkipWhen(result.ExitCode != 0, $"no loop device: {result.Error.Trim()}");
        return new LoopDevice(result.Value.Trim());
    }

    /// <summary>Writes bytes that are not zero.</summary>
    internal async Task FillAsync(long offset, long length, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(Path, FileMode.Open, FileAccess.Write);
        stream.Position = offset;
        var bytes = new byte[length];
        bytes.AsSpan().Fill(0xa5);
        await stream.WriteAsync(bytes, cancellationToken);
        stream.Flush(flushToDisk: true);
    }

    public async ValueTask DisposeAsync() =>
        _ = await Tool.RunAsync("losetup", ["--detach", Path], CancellationToken.None);
}
