namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>This machine cannot have the asked lab; the message says why.</summary>
internal sealed class LabUnavailableException(string message) : Exception(message);
