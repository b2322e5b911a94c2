using System.CommandLine;
using LibvirtBackup.Cli.Completion;

namespace LibvirtBackup.Cli.Commands;

/// <summary>
/// A value of a virsh-like command: given by its place on the line or, as virsh allows, by an option of its own
/// (<c>checkpoint-info web c1</c>, <c>checkpoint-info --domain web --checkpointname c1</c>).
/// </summary>
internal sealed class Slot
{
    /// <summary>Creates a slot.</summary>
    /// <param name="name">Name on the help page.</param>
    /// <param name="option">The option that gives the value by name.</param>
    /// <param name="description">What it is.</param>
    /// <param name="required">True when the command cannot do without.</param>
    internal Slot(string name, string option, string description, bool required)
    {
        Name = name;
        Required = required;
        Positional = new Argument<string?>(name)
        {
            Description = description,
            Arity = ArgumentArity.ZeroOrOne,
        };
        Named = new Option<string?>(option) { Description = description, HelpName = name, Hidden = true };
    }

    /// <summary>Name on the help page.</summary>
    internal string Name { get; }

    /// <summary>True when the command cannot do without.</summary>
    internal bool Required { get; }

    /// <summary>What the value names.</summary>
    internal ValueKind Kind { get; init; }

    /// <summary>The value by its place.</summary>
    internal Argument<string?> Positional { get; }

    /// <summary>The value by name.</summary>
    internal Option<string?> Named { get; }
}
