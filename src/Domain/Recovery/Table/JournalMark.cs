namespace LibvirtBackup.Recovery.Table;

/// <summary>What the domain's journal says of a checkpoint.</summary>
internal enum JournalMark
{
    /// <summary>Nothing: it was made before the journal was lost, or elsewhere.</summary>
    Absent,

    /// <summary>A run was about to make it, and has not said how that ended.</summary>
    Intended,

    /// <summary>It was made, with its point.</summary>
    Committed,

    /// <summary>A run was about to remove it, and has not said that it is done.</summary>
    Dropping,
}
