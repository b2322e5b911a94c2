namespace LibvirtBackup.Cli.Completion;

/// <summary>What a value on a line names, so that the shell can offer what there is.</summary>
internal enum ValueKind
{
    /// <summary>Nothing that can be looked up.</summary>
    Other,

    /// <summary>A domain of the host.</summary>
    Domain,

    /// <summary>A checkpoint of the domain that the line names.</summary>
    Checkpoint,

    /// <summary>A restore point of the repository.</summary>
    Point,

    /// <summary>A view of this host.</summary>
    View,

    /// <summary>An export of this host.</summary>
    Export,
}
