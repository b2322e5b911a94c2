namespace LibvirtBackup.Repositories.Maps;

/// <summary>One slot of a map node: a chunk in a leaf, a child above it.</summary>
internal readonly record struct MapEntry(EntryKind Kind, ChunkId Id)
{
    internal static MapEntry Hole => default;

    internal static MapEntry Zero => new(EntryKind.Zero, default);

    internal static MapEntry Data(ChunkId id) => new(EntryKind.Data, id);

    /// <summary>Whether both read as the same bytes: a hole reads as zeroes.</summary>
    internal bool ReadsAs(MapEntry other) =>
        this == other || (Kind != EntryKind.Data && other.Kind != EntryKind.Data);

    // What the compiler makes of a record asks a comparer of the enumeration, which is compiled when the program runs.
    public bool Equals(MapEntry other) => Kind == other.Kind && Id.Equals(other.Id);

    public override int GetHashCode() => HashCode.Combine((byte)Kind, Id);

    /// <summary><c>hole</c>, <c>zero</c> or the id in hexadecimal, as manifests have it.</summary>
    public override string ToString() => Kind switch
    {
        EntryKind.Hole => "hole",
        EntryKind.Zero => "zero",
        EntryKind.Data => Id.ToString(),
        _ => throw new InvalidDataException($"unknown map entry kind {(byte)Kind}"),
    };

    internal static MapEntry Parse(string text) =>
        TryParse(text, out var entry) ? entry : throw new InvalidDataException($"'{text}' is no map root");

    internal static bool TryParse(string text, out MapEntry entry)
    {
        var isId = ChunkId.TryParse(text, out var id);
        entry = isId ? Data(id) : (text == "zero" ? Zero : Hole);
        return isId || text is "hole" or "zero";
    }
}
