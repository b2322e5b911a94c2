namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>How a command in the guest ended and what it printed.</summary>
internal sealed record GuestCommandResult(string Command, int ExitCode, string Output, string Error)
{
    /// <summary>The output without the final line end; throws when the command failed.</summary>
    public string Value =>
        ExitCode == 0
            ? Output.TrimEnd('\n')
            : throw new ToolFailedException($"in the guest '{Command}' ended with {ExitCode}: {Error.Trim()}");
}
