using System.Text.Json;

namespace LibvirtBackup.Imports.Virtnbdbackup;

/// <summary>
/// The data files of a backup directory, each read to its end, in the order of their checkpoints: names and times of
/// files say nothing.
/// </summary>
internal sealed class VirtnbdbackupFiles
{
    private VirtnbdbackupFiles(IReadOnlyList<IReadOnlyList<StreamFile>> points) => Points = points;

    /// <summary>Of each instant, oldest first, a file for each disk.</summary>
    internal IReadOnlyList<IReadOnlyList<StreamFile>> Points { get; }

    /// <summary>Whether a directory holds such a backup.</summary>
    internal static bool IsBackup(string directory) => Directory.EnumerateFiles(directory, "*.data*").Any();

    /// <exception cref="BackupException">Integrity: a file is missing, unfinished, cut, or does not fit.</exception>
    internal static VirtnbdbackupFiles Read(string directory)
    {
        if (Directory.EnumerateFiles(directory, "*.partial").Order(StringComparer.Ordinal).FirstOrDefault() is { } left)
            throw StreamFile.Broken(
                Path.GetFileName(left), "that backup was never finished; whether its changes are in a later file "
                    + "nobody can tell");
        var chains = Directory.EnumerateFiles(directory, "*.data").Order(StringComparer.Ordinal).Select(Open)
            .GroupBy(file => file.Metadata.DiskName, StringComparer.Ordinal)
            .Select(disk => Order([.. disk])).ToList();
        RequireSameInstants(chains);
        RequireAll(directory, chains[0]);
        return new VirtnbdbackupFiles(
            [.. Enumerable.Range(0, chains[0].Count).Select(i => chains.Select(chain => chain[i]).ToList())]);
    }

    private static StreamFile Open(string path)
    {
        var name = Path.GetFileName(path);
        var (disk, isWhole, checkpoint) = name.Split('.') switch
        {
            [var first, "full" or "copy", "data"] => (first, true, null),
            [var first, "inc", .. var of, "data"] => (first, false, string.Join('.', of)),
            [var first, "diff", _, "data"] => (first, false, null),
            _ => throw StreamFile.Broken(
                name, "it has no name of virtnbdbackup's (vda.full.data, vda.inc.NAME.data)"),
        };
        var file = StreamFile.Open(path);
        if (file.Metadata.DiskName != disk)
            throw StreamFile.Broken(name, $"it is of disk '{file.Metadata.DiskName}'");
        if (file.Metadata.Incremental == isWhole)
            throw StreamFile.Broken(
                name, $"it says that it is {(file.Metadata.Incremental ? "an" : "no")} incremental");
        if (checkpoint is not null && file.Metadata.CheckpointName != checkpoint)
            throw StreamFile.Broken(name, $"it is of checkpoint '{file.Metadata.CheckpointName}'");
        return file;
    }

    /// <summary>The full, then what builds on it, each after what it builds on.</summary>
    private static List<StreamFile> Order(List<StreamFile> files)
    {
        var wholes = files.Where(file => !file.Metadata.Incremental).ToList();
        if (wholes is not [var whole])
            throw wholes.Count > 1
                ? StreamFile.Broken(wholes[1].Name, $"'{wholes[0].Name}' is a full of the same disk")
                : StreamFile.Broken(files[0].Name, "there is no full of its disk");
        var chain = new List<StreamFile> { whole };
        var rest = files.Where(file => file != whole).ToList();
        while (rest.Count > 0)
        {
            var checkpoint = chain.Last(file => !file.IsDifferential).Metadata.CheckpointName;
            var next = rest.Where(file => file.Metadata.ParentCheckpoint == checkpoint).ToList();
            if (next.Count == 0) throw WithoutBase(rest[0]);
            // Each holds all that has changed since the checkpoint: the latest one last.
            chain.AddRange(next.Where(file => file.IsDifferential).OrderBy(file => file.Metadata.Date));
            var increments = next.Where(file => !file.IsDifferential).ToList();
            if (increments.Count > 1)
                throw StreamFile.Broken(
                    increments[1].Name, $"'{increments[0].Name}' builds on the same checkpoint '{checkpoint}'");
            chain.AddRange(increments);
            rest.RemoveAll(next.Contains);
            if (increments.Count == 0 && rest.Count > 0) throw WithoutBase(rest[0]);
        }

        if (chain.Find(file => file.Metadata.VirtualSize != whole.Metadata.VirtualSize) is { } other)
            throw StreamFile.Broken(
                other.Name, $"it is of a disk of {other.Metadata.VirtualSize} bytes, and '{whole.Name}' of one of "
                    + $"{whole.Metadata.VirtualSize}");
        return chain;
    }

    private static BackupException WithoutBase(StreamFile file) => StreamFile.Broken(
        file.Name, $"it builds on checkpoint '{file.Metadata.ParentCheckpoint}', and the file of that one is missing, "
            + "or was overwritten");

    private static void RequireSameInstants(List<List<StreamFile>> chains)
    {
        if (chains.Count == 0) throw new BackupException(FailureKind.Failed, "there is no data file");
        foreach (var chain in chains.Skip(1))
            for (var i = 0; i < Math.Max(chain.Count, chains[0].Count); i++)
                if (i >= chain.Count || i >= chains[0].Count || !AreOfOneInstant(chain[i], chains[0][i]))
                {
                    var (has, lacks) = i < chain.Count && (i >= chains[0].Count || chain.Count > chains[0].Count)
                        ? (chain[i], chains[0][0])
                        : (chains[0][Math.Min(i, chains[0].Count - 1)], chain[0]);
                    throw StreamFile.Broken(
                        has.Name, $"disk '{lacks.Metadata.DiskName}' has no file of the same backup");
                }
    }

    private static bool AreOfOneInstant(StreamFile one, StreamFile other) =>
        one.IsDifferential == other.IsDifferential
        && one.Metadata.CheckpointName == other.Metadata.CheckpointName
        && one.Metadata.ParentCheckpoint == other.Metadata.ParentCheckpoint;

    /// <summary>virtnbdbackup notes the checkpoints that it made: a file that is missing at the end shows only there.
    /// </summary>
    private static void RequireAll(string directory, List<StreamFile> chain)
    {
        var have = chain.Where(file => !file.IsDifferential).Select(file => file.Metadata.CheckpointName)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var list in Directory.EnumerateFiles(directory, "*.cpt").Order(StringComparer.Ordinal))
        {
            string[] names;
            try
            {
                names = JsonSerializer.Deserialize(File.ReadAllBytes(list), StreamJson.Default.StringArray) ?? [];
            }
            catch (JsonException e)
            {
                throw StreamFile.Broken(Path.GetFileName(list), e.Message.ReplaceLineEndings(" "));
            }

            if (Array.Find(names, name => !have.Contains(name)) is { } missing)
                throw StreamFile.Broken(
                    Path.GetFileName(list), $"it names checkpoint '{missing}', and the data file of that one "
                        + $"({chain[0].Metadata.DiskName}.inc.{missing}.data) is missing");
        }
    }
}
