namespace LibvirtBackup.Cli;

/// <summary>What <c>--version</c> prints.</summary>
internal static class ProgramVersion
{
    /// <summary>The version as three numbers.</summary>
    internal static string Number => typeof(ProgramVersion).Assembly.GetName().Version!.ToString(3);

    /// <summary>The line for stdout, with its end.</summary>
    internal static string Line => "lvbackup " + Number + "\n";
}
