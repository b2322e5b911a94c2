using System.Text.Json.Serialization;

namespace LibvirtBackup.Qmp;

/// <summary>
/// A change of a dirty bitmap. The derived records are the closed list; each can be sent alone or, with others, in one
/// transaction that is carried out whole or not at all.
/// </summary>
/// <param name="Node">The node that holds the bitmap, or a device name.</param>
public abstract record BitmapAction(string Node)
{
    /// <summary>The QMP command, which is also the type of the transaction action.</summary>
    [JsonIgnore]
    public abstract string Command { get; }
}
