using System.Text;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Repositories;
using LibvirtBackup.Restores;
using LibvirtBackup.Restores.Definitions;

namespace LibvirtBackup.InstantRecovery;

/// <summary>The domain to be booted; made and checked before anything is touched.</summary>
internal sealed record InstantPlan
{
    /// <summary>The longest path that a unix socket can have (<c>sun_path</c>).</summary>
    private const int LongestSocket = 107;

    internal required InstantDomain Domain { get; init; }

    internal required DomainXml Definition { get; init; }

    internal required DefinitionPlan Base { get; init; }

    internal required IReadOnlyDictionary<AttachmentRole, string> Files { get; init; }

    internal required IReadOnlyList<string> Warnings { get; init; }

    /// <exception cref="BackupException">Why it cannot be booted; nothing was touched.</exception>
    internal static async Task<InstantPlan> MakeAsync(
        LibvirtConnection connection, Repository repository, RestorePoint point, InstantRequest request,
        ProcessIdentity? testedBy, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var uri = await connection.GetUriAsync(cancellationToken).ConfigureAwait(false);
        var directory = Path.GetFullPath(
            request.Directory ?? Path.Combine(DefaultDirectory(uri), request.Name ?? point.Domain));
        var restore = new RestoreRequest
        {
            Point = point.Id,
            Directory = directory,
            Define = true,
            Name = request.Name,
            KeepIdentity = request.KeepIdentity,
        };
        var destinations = await RestorePlanner.PlanAsync(point, restore, cancellationToken).ConfigureAwait(false);
        var plan = (await DefinitionPlan.MakeAsync(connection, point, restore, destinations, cancellationToken)
            .ConfigureAwait(false))!; // it is to be defined
        var warnings = new List<string>();
        var known = destinations.Where(disk => IsDefined(plan.Stored, disk, warnings)).ToList();
        var disks = known.Select(disk => DiskOf(plan.Stored, disk)).ToList();
        var socket = SocketIn(directory);
        var files = await new DefinitionFiles(repository, plan).FindAsync(cancellationToken).ConfigureAwait(false);
        var definition = DefinitionEditor.Edit(plan.Stored, plan.Name, plan.KeepIdentity, known, files, warnings);
        if (!plan.KeepIdentity) definition = definition.WithAutomaticPorts();
        var (user, group) = QemuOwner.Find(
            await connection.GetCapabilitiesXmlAsync(cancellationToken).ConfigureAwait(false));
        var domain = new InstantDomain
        {
            Name = plan.Name,
            Uuid = definition.Uuid!.Value, // a new one, or what libvirt writes into every definition
            Phase = InstantPhase.Preparing,
            TestedBy = testedBy,
            Point = point.Id,
            Use = testedBy is null ? Guid.NewGuid().ToString("n") : null,
            Repository = repository.Location,
            PassphraseFile = request.PassphraseFile,
            KeyFile = request.KeyFile,
            Connection = uri,
            Directory = directory,
            MadeDirectory = !System.IO.Directory.Exists(directory),
            Socket = socket,
            QemuUser = user,
            QemuGroup = group,
            Disks = disks,
            Files = [.. files.Values],
            Since = now,
        };
        return new InstantPlan
        {
            Domain = domain,
            Definition = InstantDefinition.Attach(definition, disks, socket),
            Base = plan,
            Files = files,
            Warnings = warnings,
        };
    }

    /// <summary>Where libvirt keeps images, which QEMU's user can enter.</summary>
    private static string DefaultDirectory(string uri) => uri.Contains("/session", StringComparison.Ordinal)
        ? Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local/share/libvirt/images")
        : "/var/lib/libvirt/images";

    private static bool IsDefined(DomainXml stored, DiskDestination disk, List<string> warnings)
    {
        if (stored.Disks.Any(known => known.Target.Value == disk.Disk.Name)) return true;
        warnings.Add($"disk '{disk.Disk.Name}' had been plugged into the running domain and is not in its definition: "
            + "it is left out; 'lvbackup restore --disk' writes it to a file");
        return false;
    }

    private static InstantDisk DiskOf(DomainXml stored, DiskDestination disk)
    {
        var defined = stored.Disks.First(known => known.Target.Value == disk.Disk.Name);
        return new InstantDisk
        {
            Target = disk.Disk.Name,
            Image = disk.Path,
            SizeBytes = disk.Disk.VirtualSizeBytes,
            ErrorPolicy = defined.ErrorPolicy,
            ReadErrorPolicy = defined.ReadErrorPolicy,
        };
    }

    private static string SocketIn(string directory)
    {
        var socket = Path.Combine(directory, "lvbackup.nbd");
        if (Encoding.UTF8.GetByteCount(socket) > LongestSocket)
            throw new BackupException(
                FailureKind.Usage,
                $"'{socket}' is too long a path for a socket ({LongestSocket} bytes at most); choose another "
                + "directory");
        return File.Exists(socket)
            ? throw new BackupException(
                FailureKind.Failed,
                $"'{socket}' exists: another domain runs from a repository there; choose another directory")
            : socket;
    }
}
