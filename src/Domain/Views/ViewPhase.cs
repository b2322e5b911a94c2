namespace LibvirtBackup.Views;

/// <summary>What was last begun with a view; written before it is.</summary>
internal enum ViewPhase
{
    Opening,
    Open,
    Closing,
}
