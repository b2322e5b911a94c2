using LibvirtBackup.Exports;

namespace LibvirtBackup.Views.Serving;

/// <summary>A disk of a view, handed on from QEMU.</summary>
internal sealed class ViewExport : IExport
{
    private readonly ViewLink _link;

    internal ViewExport(ViewRecord view, ViewDisk disk, ViewLink link)
    {
        _link = link;
        Name = disk.Name;
        Description = $"disk {disk.Name} of domain {view.Domain} at {view.Time:u}, view {view.Name}";
        SizeBytes = disk.SizeBytes;
        Maps = [.. link.Contexts.Select(context => new ViewMap(link, context))];
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public long SizeBytes { get; }

    /// <inheritdoc/>
    public int PreferredBlockBytes => 64 * Units.KiB; // what is copied at a time before the guest overwrites it

    /// <inheritdoc/>
    public IReadOnlyList<IExportMap> Maps { get; }

    /// <inheritdoc/>
    public bool TryRead(long offset, Span<byte> target) => false;

    /// <inheritdoc/>
    public void Expect(long offset, int length)
    {
        // QEMU and the kernel below it read ahead.
    }

    /// <inheritdoc/>
    public async ValueTask ReadAsync(long offset, Memory<byte> target, CancellationToken cancellationToken) =>
        await _link.RunAsync(
            async (connection, cancelled) =>
            {
                await connection.ReadAsync(offset, target, cancelled).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
}
