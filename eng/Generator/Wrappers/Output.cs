namespace LibvirtBackup.Generator.Wrappers;

/// <summary>Something a wrapper returns.</summary>
/// <param name="Type">Its C# type.</param>
/// <param name="Name">Its name where a wrapper returns several things.</param>
/// <param name="Value">The expression that makes it after the call.</param>
/// <param name="Meaning">What it is, for the documentation.</param>
internal sealed record Output(string Type, string Name, string Value, string Meaning);
