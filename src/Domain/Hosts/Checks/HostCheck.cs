namespace LibvirtBackup.Hosts.Checks;

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What, such as <c>scratch</c>.</param>
/// <param name="State">How it is.</param>
/// <param name="Message">One line for people.</param>
/// <param name="Fix">What to do about it; null when it is good.</param>
internal sealed record HostCheck(string Name, CheckState State, string Message, string? Fix)
{
    internal static HostCheck Good(string name, string message) => new(name, CheckState.Good, message, null);

    internal static HostCheck Warning(string name, string message, string fix) =>
        new(name, CheckState.Warning, message, fix);

    internal static HostCheck Problem(string name, string message, string fix) =>
        new(name, CheckState.Problem, message, fix);
}
