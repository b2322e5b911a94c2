using System.Text.Json.Serialization;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Repositories.Keys;

namespace LibvirtBackup.Cli.Keys;

/// <summary><c>key --json</c>: what was done, and to which slots.</summary>
internal sealed record KeyDocument(string Done, IReadOnlyList<KeyDocument.Slot> Slots)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/key/1";

    internal static KeyDocument Of(string done, IEnumerable<KeySlot> slots) => new(done, [.. slots.Select(Slot.Of)]);

    /// <summary>A slot; of one that was removed, what it was.</summary>
    internal sealed record Slot(string Id, string Kind, string Label, DateTime Created)
    {
        internal static Slot Of(KeySlot slot) =>
            new(slot.Id, Choice.Word(slot.Kind), slot.Label, slot.Created.UtcDateTime);
    }
}
