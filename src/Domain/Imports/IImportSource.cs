namespace LibvirtBackup.Imports;

/// <summary>
/// Somebody's points. All of them are checked before the first is read; whoever reads them does so in order, and is
/// done with one before the next.
/// </summary>
internal interface IImportSource : IDisposable
{
    /// <summary>The points, oldest first.</summary>
    IReadOnlyList<SourcePoint> Points { get; }

    /// <summary>What has to be said of them, one line each.</summary>
    IReadOnlyList<string> Warnings { get; }
}
