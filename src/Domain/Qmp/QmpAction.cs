using System.Text.Json.Serialization;

namespace LibvirtBackup.Qmp;

/// <summary>
/// A command that can also be a part of a transaction, which is carried out whole or not at all. The derived records
/// are the closed list.
/// </summary>
internal abstract record QmpAction
{
    /// <summary>The QMP command, which is also the type of the transaction action.</summary>
    [JsonIgnore]
    public abstract string Command { get; }
}
