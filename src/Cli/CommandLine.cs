using System.CommandLine;
using LibvirtBackup.Cli.Commands;

namespace LibvirtBackup.Cli;

/// <summary>All commands and options of the program.</summary>
internal sealed class CommandLine
{
    // Arguments are taken as they are: a domain may be called '@web', and '-qv' stays two switches.
    private static readonly ParserConfiguration s_parsing = new()
    {
        EnablePosixBundling = true,
        ResponseFileTokenReplacer = null,
    };

    /// <summary>All of the program.</summary>
    internal CommandLine()
        : this(CommandList.CreateAll())
    {
    }

    /// <summary>As much of the program as a line needs.</summary>
    /// <param name="words">The words of the line.</param>
    internal CommandLine(IReadOnlyList<string> words)
        : this(CommandList.CreateFor(words))
    {
    }

    private CommandLine(IEnumerable<CliCommand> commands)
    {
        Root = new Command("lvbackup", "Incremental backup of QEMU/KVM virtual machines under libvirt.");
        foreach (var option in Options.All)
            Root.Add(option);
        foreach (var command in commands)
            Root.Add(command);
    }

    /// <summary>The options that every command takes.</summary>
    internal GlobalOptions Options { get; } = new();

    /// <summary>The program as a command.</summary>
    internal Command Root { get; }

    /// <summary>Reads a line.</summary>
    internal ParseResult Parse(IReadOnlyList<string> args) => Root.Parse(args, s_parsing);

    /// <summary>Reads a line that is being typed.</summary>
    internal ParseResult Parse(string line) => Root.Parse(line, s_parsing);
}
