using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.State;

/// <summary>Where this host's locks, intents and job directories are. Losing it loses no restore point.</summary>
internal sealed class StateDirectory(string root)
{
    internal string JobsDirectory => Path.Combine(root, "jobs");

    /// <summary>Sockets of jobs on other hosts.</summary>
    internal string TunnelsDirectory => Path.Combine(root, "tunnels");

    /// <summary>What is known of domains that run from a repository.</summary>
    internal string InstantDirectory => Path.Combine(root, "instant");

    private string DomainsDirectory => Path.Combine(root, "domains");

    /// <summary>Directories of all domains that this host ever knew.</summary>
    internal IReadOnlyList<string> ListDomains() =>
        Directory.Exists(DomainsDirectory) ? Directory.GetDirectories(DomainsDirectory) : [];

    /// <summary>Directories of jobs, also of some that are under way.</summary>
    internal IReadOnlyList<string> ListJobs() =>
        Directory.Exists(JobsDirectory) ? Directory.GetDirectories(JobsDirectory, "lvb-*") : [];

    /// <summary>The directory of one domain, created when absent.</summary>
    internal string OpenDomain(Guid domain)
    {
        var path = Path.Combine(DomainsDirectory, domain.ToString());
        DurableFile.CreateDirectory(path);
        return path;
    }

    /// <summary>Takes a domain's lock, which ends with the process in any case.</summary>
    /// <exception cref="BackupException">Busy: another process has it.</exception>
    internal FileLock LockDomain(Guid domain, string name)
    {
        var path = Path.Combine(OpenDomain(domain), "lock");
        var held = FileLock.TryAcquire(path)
            ?? throw new BackupException(
                FailureKind.Busy,
                $"domain '{name}' is being backed up by another process ({Holder(path)}); wait for it, or end it");
        held.WriteContent(System.Text.Encoding.ASCII.GetBytes($"pid {Environment.ProcessId}"));
        return held;
    }

    private static string Holder(string path)
    {
        var holder = System.Text.Encoding.ASCII.GetString(FileLock.ReadContent(path));
        return holder.Length > 0 ? holder : $"it holds '{path}'";
    }
}
