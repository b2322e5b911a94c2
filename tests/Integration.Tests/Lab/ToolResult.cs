namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>What a program printed and how it ended.</summary>
internal sealed record ToolResult(string CommandLine, int ExitCode, string Output, string Error)
{
    /// <summary>The output without the final line end; throws when the program failed.</summary>
    public string Value =>
        ExitCode == 0
            ? Output.TrimEnd('\n')
            : throw new ToolFailedException($"'{CommandLine}' ended with {ExitCode}: {Error.Trim()}");
}
