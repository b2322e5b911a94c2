namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>
/// Fills the lab's small storage but for some bytes, until it is disposed of: what writes to it fails as on any storage
/// without room. Tests of one host that do so must not run beside each other.
/// </summary>
internal sealed class SmallStorage : IDisposable
{
    private readonly string _ballast;

    private SmallStorage(string ballast) => _ballast = ballast;

    /// <summary>Where a host has it.</summary>
    public static string Of(LabHost host) => Path.Combine(host.SharedDirectory, "small");

    public static SmallStorage Fill(LabHost host, long bytesLeft)
    {
        string ballast = Path.Combine(Of(host), "ballast");
        long free = new DriveInfo(Of(host)).AvailableFreeSpace;
        using (File.OpenHandle(
            ballast, FileMode.CreateNew, FileAccess.Write, preallocationSize: Math.Max(0, free - bytesLeft)))
        {
            return new SmallStorage(ballast);
        }
    }

    public void Dispose() => File.Delete(_ballast);
}
