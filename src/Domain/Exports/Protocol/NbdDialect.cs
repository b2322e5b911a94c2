namespace LibvirtBackup.Exports.Protocol;

/// <summary>How replies are written.</summary>
internal enum NbdDialect
{
    /// <summary>One answer per request, no extents.</summary>
    Simple,

    /// <summary>Answers in chunks.</summary>
    Structured,

    /// <summary>Answers in chunks, with lengths of 64 bits in both directions.</summary>
    Extended,
}
