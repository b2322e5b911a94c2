using System.CommandLine;
using LibvirtBackup.Cli.Completion;

namespace LibvirtBackup.Cli.Commands;

/// <summary>A command: its words on the line, its help page, and what it does.</summary>
internal abstract class CliCommand(string name, string purpose) : Command(name, purpose)
{
    private readonly List<Slot> _slots = [];

    /// <summary>The heading under which the command is listed.</summary>
    internal abstract CommandGroup Group { get; }

    /// <summary>What the help page says beyond the purpose, or null.</summary>
    internal virtual string? Details => null;

    /// <summary>
    /// Whether it works with a libvirt of another host: it opens no path that libvirt tells, or knows that it must not.
    /// </summary>
    internal virtual bool WorksElsewhere => false;

    /// <summary>Lines to copy.</summary>
    internal virtual IReadOnlyList<Example> Examples => [];

    /// <summary>The values by place or by name, in their order.</summary>
    internal IReadOnlyList<Slot> Slots => _slots;

    /// <summary>What the value at a place names, counted from 0.</summary>
    internal virtual ValueKind KindAt(int place) => place < _slots.Count ? _slots[place].Kind : ValueKind.Other;

    /// <summary>What the value of an option names.</summary>
    internal virtual ValueKind KindOf(Option option) =>
        _slots.Find(s => s.Named == option)?.Kind ?? ValueKind.Other;

    /// <summary>Does it.</summary>
    /// <returns>The exit code.</returns>
    internal abstract Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken);

    /// <summary>Adds a value by place or by name.</summary>
    protected Slot AddSlot(Slot slot)
    {
        _slots.Add(slot);
        Add(slot.Positional);
        Add(slot.Named);
        return slot;
    }

    /// <summary>Adds a switch.</summary>
    protected Option<bool> AddFlag(string name, string description) =>
        AddOption(new Option<bool>(name) { Description = description, Arity = ArgumentArity.Zero });

    /// <summary>Adds an option.</summary>
    protected T AddOption<T>(T option)
        where T : Option
    {
        Add(option);
        return option;
    }
}
