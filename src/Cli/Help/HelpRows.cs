using System.CommandLine;
using LibvirtBackup.Cli.Commands;

namespace LibvirtBackup.Cli.Help;

/// <summary>What help and manual pages say of values, options and groups.</summary>
internal static class HelpRows
{
    /// <summary>What a value is.</summary>
    internal static string Describe(CliCommand command, Argument argument) =>
        argument.Description + (command.Slots.FirstOrDefault(s => s.Positional == argument) is { } slot
            ? $" (or {slot.Named.Name})"
            : "");

    /// <summary>A value on the usage line, after a blank.</summary>
    internal static string Usage(Argument argument)
    {
        var many = argument.Arity.MaximumNumberOfValues > 1 ? "..." : "";
        var required = argument.Arity.MinimumNumberOfValues > 0
            || argument.Parents.OfType<CliCommand>().Any(c => c.Slots.Any(s => s.Positional == argument && s.Required));
        return required ? $" <{argument.Name}>{many}" : $" [<{argument.Name}>{many}]";
    }

    /// <summary>An option and what it does.</summary>
    internal static (string Left, string Right) Row(Option option)
    {
        var names = option.Aliases.Append(option.Name).OrderBy(n => n.Length);
        var value = option.Arity.MaximumNumberOfValues == 0 ? "" : $" <{option.HelpName ?? "VALUE"}>";
        return (string.Join(", ", names) + value, option.Description ?? "");
    }

    /// <summary>The heading of a group of commands.</summary>
    internal static string Title(CommandGroup group) => group switch
    {
        CommandGroup.RestorePoints => "Restore points",
        CommandGroup.Views => "Temporary snapshots of running domains",
        CommandGroup.Exports => "Restore points and views, served in the background",
        CommandGroup.Checkpoints => "Checkpoints, as virsh has them",
        CommandGroup.Bitmaps => "Dirty bitmaps, below the checkpoints",
        CommandGroup.Chains => "Snapshots and block jobs that keep checkpoints true",
        CommandGroup.BackupJobs => "libvirt's backup jobs",
        CommandGroup.Program => "The program itself",
    };

    /// <summary>Exit codes and their meaning.</summary>
    internal static IEnumerable<(string Left, string Right)> ExitCodes =>
    [
        ("0", "done"),
        ("1", "failed; one line on stderr says what, on what, why and what next"),
        ("2", "wrong usage"),
        ("3", "done with warnings (only with --strict)"),
        ("4", "stored data does not verify"),
        ("5", "another job or lock is in the way"),
        ("6", "this host cannot do it"),
        ("130", "interrupted by a signal, after clean-up"),
    ];

    /// <summary>Paths of the Debian package, and what is there.</summary>
    internal static IEnumerable<(string Path, string Meaning)> Files =>
    [
        ("/usr/share/doc/lvbackup/docs/README.md", "all guides; recovery.md beside it is for bad days"),
        ("/etc/lvbackup/policies", "policy files, see lvbackup-policy(1)"),
        ("/etc/default/lvbackup", "environment of lvbackup.service"),
        ("/var/lib/lvbackup", "locks and journals of root's runs; losing them loses no restore point"),
    ];
}
