using LibvirtBackup.Backups.Jobs;

namespace LibvirtBackup.Hosts.Checks;

/// <summary>What a host's file system, programs and logs say.</summary>
internal sealed class PathChecks(HostPaths paths)
{
    private const long Scarce = 4 * ScratchWatch.MostReserve;

    private const int LogTail = 1 << 20;

    /// <summary>Programs by the package that has them in Debian, and what they are for.</summary>
    private static readonly (string Program, string Package, string For, bool IsNeeded)[] s_tools =
    [
        ("qemu-img", "qemu-utils", "images of domains that are shut off, and restores to qcow2", true),
        ("qemu-nbd", "qemu-utils", "domains that are shut off", true),
        ("ssh", "openssh-client", "domains of other hosts (qemu+ssh)", false),
        ("swtpm", "swtpm", "starting restored domains that have a TPM", false),
        ("nbdfuse", "libnbd-bin", "'mount'", false),
        ("guestfish", "libguestfs-tools", "files of a point ('ls', 'cp')", false),
        ("setfacl", "acl", "backups by users other than root", false),
    ];

    /// <param name="owner">Whom QEMU runs as; null for this user, or nobody knows.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task<IReadOnlyList<HostCheck>> RunAsync(QemuOwner? owner, CancellationToken cancellationToken) =>
    [
        CheckWritable("state", paths.State, "--state-dir"),
        await CheckScratchAsync(owner, cancellationToken).ConfigureAwait(false),
        .. paths.Repository is { } repository ? (HostCheck[])[CheckWritable("repository", repository, "--repo")] : [],
        .. new[] { paths.State, paths.Scratch, paths.Repository }.OfType<string>().Distinct(StringComparer.Ordinal)
            .Select(CheckSpace).OfType<HostCheck>(),
        .. s_tools.Select(tool => CheckTool(tool.Program, tool.Package, tool.For, tool.IsNeeded)),
        CheckDenials(),
    ];

    private static HostCheck CheckWritable(string name, string directory, string option)
    {
        var place = Existing(directory);
        try
        {
            var probe = Path.Combine(place, $".lvb-probe-{Environment.ProcessId}");
            File.Create(probe).Dispose();
            File.Delete(probe);
            return HostCheck.Good(name, $"'{directory}' can be written");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return HostCheck.Problem(
                name, $"'{place}' cannot be written by user '{Environment.UserName}': {e.Message}",
                $"run as root, make it writable ('chown {Environment.UserName} {place}'), or give another directory "
                + $"with {option}");
        }
    }

    private async Task<HostCheck> CheckScratchAsync(QemuOwner? owner, CancellationToken cancellationToken)
    {
        const string name = "scratch";
        var writable = CheckWritable(name, paths.Scratch, "--scratch");
        if (writable.State != CheckState.Good || owner is null) return writable;
        if (!Environment.IsPrivilegedProcess && owner.UserId != 0 && !HasProgram("setfacl"))
            return HostCheck.Problem(
                name, $"user '{Environment.UserName}' cannot give directories to QEMU's user {owner.UserId}",
                "run as root, or install setfacl ('apt-get install acl')");
        var place = Existing(paths.Scratch);
        if (await PathReach.FindObstacleAsync(place, owner.UserId, owner.GroupId, cancellationToken)
            .ConfigureAwait(false) is { } obstacle)
            return HostCheck.Problem(
                name,
                $"QEMU, which runs as {owner.UserId}:{owner.GroupId}, cannot get to sockets and scratch images in "
                + $"'{paths.Scratch}': {obstacle}",
                "let it pass ('chmod o+x' on that directory), or give another place with --scratch, such as /var/tmp");
        return HostCheck.Good(name, $"'{paths.Scratch}' can be written, and QEMU ({owner.UserId}) gets there");
    }

    private static HostCheck? CheckSpace(string directory) =>
        ScratchWatch.Measure(Existing(directory)) is { } space ? JudgeSpace(directory, space.Free, space.Total) : null;

    /// <summary>Where less is free than backups keep free for the guest's sake, none begins.</summary>
    internal static HostCheck JudgeSpace(string directory, long free, long total)
    {
        const string name = "space";
        const string fix = "free some space there, or use another directory";
        var told = $"{free / Units.MiB} MiB are free where '{directory}' is";
        return free < ScratchWatch.ReserveOf(total) ? HostCheck.Problem(name, $"only {told}", fix)
            : free < Scarce ? HostCheck.Warning(name, $"only {told}", fix)
            : HostCheck.Good(name, told);
    }

    private HostCheck CheckTool(string program, string package, string purpose, bool isNeeded)
    {
        var name = $"tool {program}";
        if (HasProgram(program)) return HostCheck.Good(name, $"for {purpose}");
        var (message, fix) = ($"{program} is missing: needed for {purpose}", $"install it (Debian: {package})");
        return isNeeded ? HostCheck.Problem(name, message, fix) : HostCheck.Warning(name, message, fix);
    }

    private HostCheck CheckDenials()
    {
        const string name = "denials";
        var found = new List<string>();
        var unread = 0;
        foreach (var log in paths.Logs.Where(File.Exists))
        {
            try
            {
                using var file = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                file.Seek(-Math.Min(LogTail, file.Length), SeekOrigin.End);
                using var reader = new StreamReader(file);
                found.AddRange(DenialLog.Find(
                    reader.ReadToEnd().Split('\n'), [Path.GetFullPath(paths.Scratch), Path.GetFullPath(paths.State)]));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                unread++;
            }
        }

        if (found.Count == 0)
            return unread == 0
                ? HostCheck.Good(name, "no log tells that AppArmor or SELinux denied something of ours")
                : HostCheck.Warning(name, "logs of AppArmor and SELinux cannot be read", "run it as root");
        var scratch = Path.GetFullPath(paths.Scratch);
        return HostCheck.Problem(
            name, $"denied: {found[^1].Trim()}",
            DenialLog.IsAppArmor(found[^1])
                ? $"add '{scratch}/** rwk,' to /etc/apparmor.d/local/abstractions/libvirt-qemu, and start the "
                    + "domain anew"
                : $"semanage fcontext -a -t svirt_image_t '{scratch}(/.*)?' && restorecon -R {scratch}");
    }

    private bool HasProgram(string program) =>
        paths.ProgramPath.Split(':').Any(directory => File.Exists(Path.Combine(directory, program)));

    /// <summary>The directory, or the nearest one above it that exists.</summary>
    private static string Existing(string directory)
    {
        var at = Path.GetFullPath(directory);
        while (!Directory.Exists(at)) at = Path.GetDirectoryName(at)!; // the root exists
        return at;
    }
}
