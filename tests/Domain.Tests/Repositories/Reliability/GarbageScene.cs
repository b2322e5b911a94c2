using System.Collections.Immutable;
using LibvirtBackup.Domain.Tests.Repositories.Faults;

namespace LibvirtBackup.Domain.Tests.Repositories.Reliability;

/// <summary>
/// A repository with all that gc deals with, once two of its points are forgotten: a pack that nobody needs, one that
/// is needed in a small part, several indexes.
/// </summary>
internal static class GarbageScene
{
    private const int Clusters = 12;

    internal static async Task<(RepositoryScene, ImmutableSortedDictionary<string, byte[]>, IReadOnlyList<string>)>
        MakeAsync(bool isEncrypted, CancellationToken cancellationToken)
    {
        var scene = new RepositoryScene(isEncrypted);
        var store = new RecordingBlobStore();
        var points = new List<string>();
        using var repository = await scene.CreateAsync(store, cancellationToken);
        var disk = RepositoryScene.MakeDisk(Clusters, seed: 1);
        var parent = await scene.BackUpAsync(repository, disk, parent: null, cancellationToken);
        points.Add(parent.Id);
        // All but a few clusters change, so that little of the first pack is needed any more.
        var random = new Random(2);
        for (var i = 0; i < Clusters - 4; i++) RepositoryScene.WriteCluster(disk, i, random);
        points.Add((await scene.BackUpAsync(repository, disk, parent, cancellationToken)).Id);
        foreach (var seed in new[] { 3, 4 })
        {
            var other = RepositoryScene.MakeDisk(Clusters / 2, seed);
            points.Add((await scene.BackUpAsync(repository, other, parent: null, cancellationToken)).Id);
        }

        return (scene, store.Blobs, points);
    }

    internal static IEnumerable<string> Forgotten(IReadOnlyList<string> points) => [points[0], points[2]];

    /// <summary>One index is gone and one is cut; the packs say what they had.</summary>
    internal static ImmutableSortedDictionary<string, byte[]> LoseIndexes(
        ImmutableSortedDictionary<string, byte[]> blobs)
    {
        var indexes = blobs.Keys.Where(key => key.StartsWith("indexes/", StringComparison.Ordinal)).ToList();
        return blobs.Remove(indexes[0]).SetItem(indexes[1], blobs[indexes[1]][..100]);
    }
}
