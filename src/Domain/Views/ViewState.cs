namespace LibvirtBackup.Views;

/// <summary>How a view is.</summary>
internal enum ViewState
{
    /// <summary>It can be read.</summary>
    Open,

    /// <summary>It is lost: there was no room, or somebody else ended it. The guest goes on.</summary>
    Dropped,

    /// <summary>It ended with the QEMU that held it.</summary>
    Ended,

    /// <summary>Who opened or closed it was interrupted.</summary>
    Unfinished,

    /// <summary>Another process opens or closes it now.</summary>
    Busy,
}
