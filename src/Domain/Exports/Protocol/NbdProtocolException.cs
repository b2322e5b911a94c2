namespace LibvirtBackup.Exports.Protocol;

/// <summary>A client sent what no client may send; the connection is of no use any more.</summary>
internal sealed class NbdProtocolException(string message) : Exception(message);
