namespace LibvirtBackup.Interop.Xml;

/// <summary>What a domain document says about the channel of the QEMU guest agent.</summary>
public enum GuestAgentChannel
{
    /// <summary>The domain has no such channel.</summary>
    Absent,

    /// <summary>
    /// It has one; the document does not say whether an agent is connected (a domain that is not running).
    /// </summary>
    Present,

    /// <summary>It has one, and no agent has opened it in the guest.</summary>
    Disconnected,

    /// <summary>An agent has opened it.</summary>
    Connected,
}
