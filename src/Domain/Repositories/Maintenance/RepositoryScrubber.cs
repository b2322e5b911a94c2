using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Documents;
using LibvirtBackup.Repositories.Indexes;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Repositories.Locks;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>
/// Checks every file of a repository against its hashes, without a key: what is encrypted stays so. It finds any damage
/// of what is stored, but cannot say which disks it affects.
/// </summary>
internal static class RepositoryScrubber
{
    /// <summary>Documents that no point needs.</summary>
    private static readonly string[] s_bookkeeping = [
        KeySlots.Folder, RepositoryLocks.Folder, PointUses.Folder, RepositoryNotes.CondemnedFolder,
        RepositoryNotes.DamagedFolder, RepositoryNotes.DistrustedFolder,
    ];

    /// <summary>Scrubs the repository in a directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="progress">Receives steps, or null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was found, under <see cref="VerifyReport.Problems"/>.</returns>
    /// <exception cref="BackupException">There is no repository.</exception>
    public static async Task<VerifyReport> ScrubAsync(
        string directory, IProgress<MaintenanceProgress>? progress, CancellationToken cancellationToken)
    {
        using var store = new DirectoryBlobStore(Path.GetFullPath(directory));
        if (await store.GetLengthAsync(RepositoryConfig.Key, cancellationToken).ConfigureAwait(false) is null)
            throw new BackupException(FailureKind.Failed, $"'{store.Location}' holds no repository");
        return await ScrubAsync(store, progress, cancellationToken).ConfigureAwait(false);
    }

    internal static async Task<VerifyReport> ScrubAsync(
        IBlobStore store, IProgress<MaintenanceProgress>? progress, CancellationToken cancellationToken)
    {
        var problems = new List<VerifyProblem>();
        await CheckDocumentAsync(store, RepositoryConfig.Key, problems, cancellationToken).ConfigureAwait(false);
        await CheckDocumentsAsync(store, "points/", problems, cancellationToken).ConfigureAwait(false);
        await CheckBookkeepingAsync(store, problems, cancellationToken).ConfigureAwait(false);
        var packs = (await PackTables.ListAsync(store, cancellationToken).ConfigureAwait(false)).ToHashSet();
        await CheckIndexesAsync(store, packs, problems, cancellationToken).ConfigureAwait(false);
        var (blobs, bytes) = await CheckPacksAsync(store, packs, problems, progress, cancellationToken)
            .ConfigureAwait(false);
        return new VerifyReport
        {
            Points = [], Problems = problems, CheckedBlobs = blobs, CheckedBytes = bytes, Warnings = [],
        };
    }

    /// <summary>Checks what is neither data nor says where it is: keys, locks, notes.</summary>
    internal static async Task CheckBookkeepingAsync(
        IBlobStore store, List<VerifyProblem> problems, CancellationToken cancellationToken)
    {
        foreach (var folder in s_bookkeeping)
            await CheckDocumentsAsync(store, folder, problems, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Checks the documents of a folder.</summary>
    internal static async Task CheckDocumentsAsync(
        IBlobStore store, string folder, List<VerifyProblem> problems, CancellationToken cancellationToken)
    {
        foreach (var key in await store.ListAsync(folder, cancellationToken).ConfigureAwait(false))
            await CheckDocumentAsync(store, key, problems, cancellationToken).ConfigureAwait(false);
    }

    private static async Task CheckDocumentAsync(
        IBlobStore store, string key, List<VerifyProblem> problems, CancellationToken cancellationToken)
    {
        try
        {
            DocumentFormat.Check(await store.ReadAllAsync(key, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (e is InvalidDataException or BlobUnreadableException)
        {
            problems.Add(Problem(key, e.Message));
        }
        catch (BlobMissingException)
        {
            // Somebody has deleted it since it was listed.
        }
    }

    private static async Task CheckIndexesAsync(
        IBlobStore store, HashSet<ChunkId> packs, List<VerifyProblem> problems, CancellationToken cancellationToken)
    {
        foreach (var key in await store.ListAsync(IndexFormat.Folder, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                var file = await IndexCheck.ReadAsync(store, key, cancellationToken).ConfigureAwait(false);
                foreach (var pack in file.Packs.Where(pack => !packs.Contains(pack.Id)))
                    problems.Add(Problem(PackFormat.KeyOf(pack.Id), $"it does not exist, and {key} names it"));
            }
            catch (Exception e) when (e is InvalidDataException or BlobUnreadableException)
            {
                problems.Add(Problem(key, e.Message));
            }
            catch (BlobMissingException)
            {
                // gc has merged it into another one since it was listed.
            }
        }
    }

    private static async Task<(long Blobs, long Bytes)> CheckPacksAsync(
        IBlobStore store, HashSet<ChunkId> packs, List<VerifyProblem> problems,
        IProgress<MaintenanceProgress>? progress, CancellationToken cancellationToken)
    {
        var (gate, blobs, bytes, done) = (new Lock(), 0L, 0L, 0L);
        using var check = new PackCheck(store, static (_, entries, content, problems) =>
        {
            for (var i = 0; i < entries.Length; i++)
            {
                var stored = content.Slice(entries[i].Offset, entries[i].StoredLength);
                problems[i] = ChunkId.Compute(stored) == entries[i].StoredHash
                    ? null
                    : "its stored bytes do not match their hash";
            }
        });
        await Parallel.ForEachAsync(
            packs,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken,
            },
            async (pack, token) =>
            {
                var findings = await check.CheckAsync(pack, token).ConfigureAwait(false);
                lock (gate)
                {
                    blobs += findings.CheckedBlobs;
                    bytes += findings.CheckedBytes;
                    done++;
                    if (findings.Problem is { } problem) problems.Add(Problem(PackFormat.KeyOf(pack), problem));
                    foreach (var (entry, why) in findings.Damaged)
                        problems.Add(Problem(
                            entry.Id.ToString(), $"in {PackFormat.KeyOf(pack)} at byte {entry.Offset}: {why}"));
                    progress?.Report(new MaintenanceProgress(
                        done * BlobLimits.PackLength, (long)packs.Count * BlobLimits.PackLength));
                }
            }).ConfigureAwait(false);
        return (blobs, bytes);
    }

    private static VerifyProblem Problem(string key, string message) => new(null, null, null, key, message);
}
