namespace LibvirtBackup.Policies;

/// <summary>Programs around a run in which something is due. Null for none.</summary>
public sealed record PolicyHooks
{
    /// <summary>Before anything is done; when it fails, nothing is.</summary>
    public HookCommand? Before { get; init; }

    /// <summary>After everything, whatever came of it.</summary>
    public HookCommand? After { get; init; }

    /// <summary>After that, when something has failed.</summary>
    public HookCommand? OnFailure { get; init; }
}
