namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>A program of the lab failed where the test needs it to succeed.</summary>
internal sealed class ToolFailedException(string message) : Exception(message);
