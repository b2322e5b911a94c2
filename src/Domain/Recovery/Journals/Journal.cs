using LibvirtBackup.State;

namespace LibvirtBackup.Recovery.Journals;

/// <summary>
/// The journal of one domain, which is locked: what is about to be done and what was done, each on stable storage
/// before the call returns. Its loss loses no point: what it says can be asked again of repository and disks, but for
/// the memory of the audit.
/// </summary>
internal sealed class Journal
{
    /// <summary>A shorter one is left as it is; some ten runs.</summary>
    private const int ShortBytes = 16 * (int)Units.KiB;

    private readonly string _path;

    private Journal(string path) => _path = path;

    /// <summary>What it says.</summary>
    internal JournalView View { get; } = new();

    /// <summary>
    /// Opens a domain's journal, begins it when absent, and takes off what a crash left half written.
    /// </summary>
    /// <param name="domainDirectory">The domain's part of the state directory.</param>
    internal static Journal Open(string domainDirectory)
    {
        var journal = new Journal(Path.Combine(domainDirectory, "journal"));
        var content = File.Exists(journal._path) ? File.ReadAllBytes(journal._path) : null;
        var (records, isWhole) = JournalFormat.Read(content);
        foreach (var record in records) journal.View.Apply(record);
        if (content is null || !isWhole || journal.IsTooLong(content.Length)) journal.Rewrite();
        return journal;
    }

    /// <summary>
    /// Reads what a domain's journal says now, which somebody else may be writing; nothing is changed.
    /// </summary>
    /// <param name="domainDirectory">The domain's part of the state directory.</param>
    internal static JournalView Read(string domainDirectory)
    {
        var path = Path.Combine(domainDirectory, "journal");
        var view = new JournalView();
        if (!File.Exists(path)) return view;
        foreach (var record in JournalFormat.Read(File.ReadAllBytes(path)).Records) view.Apply(record);
        return view;
    }

    /// <summary>Adds a record.</summary>
    internal void Append(JournalRecord record) => Append([record]);

    /// <summary>Adds records of which any beginning may be kept.</summary>
    internal void Append(IReadOnlyList<JournalRecord> records)
    {
        if (records.Count == 0) return;
        using (var file = File.OpenHandle(_path, FileMode.Open, FileAccess.Write))
        {
            var end = RandomAccess.GetLength(file);
            try
            {
                RandomAccess.Write(file, records.SelectMany(JournalFormat.Write).ToArray(), end);
                RandomAccess.FlushToDisk(file);
            }
            catch (IOException)
            {
                // Whatever is added later must not be glued to half a line.
                RandomAccess.SetLength(file, end);
                throw;
            }
        }

        foreach (var record in records) View.Apply(record);
    }

    /// <summary>Every run reads all of it, so it is written anew when that makes it half as long.</summary>
    private bool IsTooLong(int bytes) => bytes > ShortBytes && bytes > 2 * Compact().Length;

    private void Rewrite() => DurableFile.Write(_path, Compact());

    private byte[] Compact() => [.. View.ToRecords().SelectMany(JournalFormat.Write)];
}
