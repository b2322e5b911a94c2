using System.CommandLine;

namespace LibvirtBackup.Cli.Commands;

/// <summary>
/// The values of a command's slots: places fill, from left to right, the slots that no option has filled.
/// </summary>
internal sealed class SlotValues
{
    private readonly Dictionary<Slot, string> _values = [];

    private SlotValues(IReadOnlyList<string> rest) => Rest = rest;

    /// <summary>Values by place that found all slots filled.</summary>
    internal IReadOnlyList<string> Rest { get; }

    /// <summary>The value of an optional slot, or null.</summary>
    internal string? this[Slot slot] => _values.GetValueOrDefault(slot);

    /// <summary>The value of a required slot.</summary>
    internal string Get(Slot slot) => _values[slot];

    /// <summary>Distributes the values of a line over the slots.</summary>
    /// <exception cref="BackupException">Usage: a required slot is empty.</exception>
    internal static SlotValues Resolve(CliCommand command, ParseResult result)
    {
        var places = new Queue<string>(command.Slots.Select(s => result.GetValue(s.Positional)).OfType<string>());
        var filled = new List<(Slot, string)>();
        foreach (var slot in command.Slots)
        {
            if (result.GetValue(slot.Named) is { } named)
                filled.Add((slot, named));
            else if (places.TryDequeue(out var place))
                filled.Add((slot, place));
            else if (slot.Required)
                throw new BackupException(FailureKind.Usage, $"{command.Name}: <{slot.Name}> is missing");
        }

        var values = new SlotValues([.. places]);
        foreach (var (slot, value) in filled)
            values._values.Add(slot, value);
        return values;
    }
}
