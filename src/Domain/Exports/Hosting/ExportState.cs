namespace LibvirtBackup.Exports.Hosting;

/// <summary>How an export is.</summary>
internal enum ExportState
{
    /// <summary>Clients are served.</summary>
    Serving,

    /// <summary>Its process lives and does not answer.</summary>
    Silent,

    /// <summary>Its process ended without cleaning up: it was killed, or the machine went down.</summary>
    Dead,
}
