using System.Collections.Frozen;

namespace LibvirtBackup.Policies.Reading;

/// <summary>The keys of a policy file, by the key that they stand under. The published JSON schema has the same.
/// </summary>
internal static class PolicyKeys
{
    internal static FrozenDictionary<string, IReadOnlyList<string>> All { get; } =
        new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
        {
            [""] =
            [
                "version", "name", "connect", "domains", "disks", "repository", "track", "time-zone", "schedule",
                "retry", "retention", "quiesce", "rate", "scratch", "nbd", "start-paused", "include-secrets",
                "limits", "verify", "hooks", "notify",
            ],
            ["domains"] = ["all", "names", "match", "tags", "except"],
            ["disks"] = ["only", "except"],
            ["repository"] = ["directory", "key-file", "passphrase-file"],
            ["schedule"] = ["full", "differential", "incremental"],
            ["retry"] = ["attempts", "after"],
            ["retention"] =
            [
                "keep-last", "keep-hourly", "keep-daily", "keep-weekly", "keep-monthly", "keep-yearly", "free-space",
            ],
            ["quiesce"] = ["mode", "mount-points", "timeout", "limit"],
            ["nbd"] = ["tls-dir", "ports", "listen", "unencrypted"],
            ["limits"] = ["host", "repository"],
            ["verify"] = ["sample", "full", "test-restore"],
            ["verify.sample"] = ["when", "percent"],
            ["verify.full"] = ["when"],
            ["verify.test-restore"] = ["when", "directory", "timeout", "console", "run-for"],
            ["hooks"] = ["before", "after", "on-failure"],
            ["hooks.before"] = ["run", "timeout"],
            ["hooks.after"] = ["run", "timeout"],
            ["hooks.on-failure"] = ["run", "timeout"],
            ["notify"] = ["on", "webhook", "mail"],
            ["notify.webhook"] = ["url", "url-file", "token-file", "timeout"],
            ["notify.mail"] = ["command", "to", "from", "timeout"],
        }.ToFrozenDictionary(StringComparer.Ordinal);
}
