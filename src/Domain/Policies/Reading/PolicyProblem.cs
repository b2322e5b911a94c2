namespace LibvirtBackup.Policies.Reading;

/// <summary>Something wrong in a policy file.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Key">The key, such as <c>schedule.full</c>; empty for the file.</param>
/// <param name="Message">What is wrong, and what to write instead.</param>
public sealed record PolicyProblem(int Line, int Column, string Key, string Message);
