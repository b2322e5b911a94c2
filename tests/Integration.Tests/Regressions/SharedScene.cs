using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Regressions;

/// <summary>One guest for all tests of a class; each has a track of its own.</summary>
public sealed class SharedScene : IAsyncLifetime
{
    private BackupScene? _scene;

    internal BackupScene Scene => _scene!; // set before the first test

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() =>
        _scene = await BackupScene.StartAsync(await LabHost.ForAsync("bookworm"), new LabDisk(8 * Units.MiB));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _scene?.DisposeAsync() ?? ValueTask.CompletedTask;
}
