namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>A qcow2 image: chunks, of which only their version is kept, and bitmaps.</summary>
/// <param name="path">Another file is another path here: nothing else tells two images apart.</param>
/// <param name="chunks">Number of chunks.</param>
internal sealed class SimulatedImage(string path, int chunks)
{
    internal string Path { get; } = path;

    internal int[] Chunks { get; private init; } = new int[chunks];

    internal Dictionary<string, SimulatedBitmap> Bitmaps { get; private init; } = new(StringComparer.Ordinal);

    /// <summary>Somebody who has the image open through QEMU writes a chunk.</summary>
    internal void Write(int chunk, int version)
    {
        Chunks[chunk] = version;
        foreach (var bitmap in Bitmaps.Values) bitmap.Write(chunk);
    }

    /// <summary>Makes it hold these bytes, writing only what differs.</summary>
    internal void WriteDifferences(int[] content)
    {
        for (var i = 0; i < content.Length; i++)
            if (Chunks[i] != content[i]) Write(i, content[i]);
    }

    /// <summary>QEMU ends in good order: what is persistent is stored.</summary>
    internal void Close()
    {
        foreach (var (name, bitmap) in Bitmaps.Where(pair => !pair.Value.Persistent).ToList()) Bitmaps.Remove(name);
        foreach (var bitmap in Bitmaps.Values) bitmap.Store();
    }

    /// <summary>QEMU is killed: what it has not stored is gone, and the rest is marked as in use.</summary>
    internal void Kill()
    {
        foreach (var (name, bitmap) in Bitmaps.Where(pair => !pair.Value.IsStored).ToList()) Bitmaps.Remove(name);
        foreach (var bitmap in Bitmaps.Values) bitmap.Break();
    }

    /// <summary>A copy of the file.</summary>
    internal SimulatedImage CopyTo(string target) => new(target, Chunks.Length)
    {
        Chunks = [.. Chunks],
        Bitmaps = Bitmaps.ToDictionary(pair => pair.Key, pair => pair.Value.Clone(), StringComparer.Ordinal),
    };
}
