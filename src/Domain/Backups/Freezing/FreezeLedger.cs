using System.Text.Json;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.State;

namespace LibvirtBackup.Backups.Freezing;

/// <summary>
/// Says on disk that one domain's guest may be frozen by us. A guest is thawed only by who holds <see cref="TryLock"/>
/// and finds the record there, so a freeze of somebody else is never undone after ours.
/// </summary>
internal sealed class FreezeLedger(string domainDirectory)
{
    private readonly string _lock = System.IO.Path.Combine(domainDirectory, "freeze.lock");
    private readonly string _settled = System.IO.Path.Combine(domainDirectory, "freeze.json.settled");

    internal string Path { get; } = System.IO.Path.Combine(domainDirectory, "freeze.json");

    /// <summary>Keeps others from thawing and from asking to freeze; null when somebody else does that.</summary>
    internal FileLock? TryLock() => FileLock.TryAcquire(_lock);

    /// <summary>The freeze that may not have been undone, or null.</summary>
    /// <exception cref="BackupException">The file is damaged.</exception>
    internal FreezeRecord? Read()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(Path), FreezeJson.Default.FreezeRecord);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new BackupException(
                FailureKind.Failed,
                $"'{Path}' cannot be read ({e.Message}): a backup may have left the guest frozen; run 'virsh "
                + "domfsthaw', then delete the file",
                e);
        }
    }

    /// <summary>Writes the record, durably.</summary>
    internal void Write(FreezeRecord record)
    {
        File.WriteAllBytes(_settled, Serialize(record with { IsSettled = true }));
        DurableFile.Write(Path, Serialize(record));
    }

    /// <summary>
    /// Notes that the call to freeze has ended. The guest waits, so what was written before is only renamed, and not
    /// flushed: a crash of the host, which alone would lose it, ends the guest too. Without the note a thaw is merely
    /// more patient.
    /// </summary>
    internal void Settle()
    {
        try
        {
            File.Move(_settled, Path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // See above; or it was noted before.
        }
    }

    /// <summary>The guest was not asked after all.</summary>
    internal void Withdraw()
    {
        using var held = TryLock();
        if (held is not null) Clear(); // else somebody is thawing it, and clears it himself
    }

    /// <summary>The guest is thawed.</summary>
    internal void Clear()
    {
        File.Delete(_settled);
        DurableFile.Delete(Path);
    }

    private static byte[] Serialize(FreezeRecord record) =>
        JsonSerializer.SerializeToUtf8Bytes(record, FreezeJson.Default.FreezeRecord);
}
