using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Repositories;
using LibvirtBackup.State;

namespace LibvirtBackup.Restores.Definitions;

/// <summary>Defines the restored domain when all its disks are complete.</summary>
/// <param name="repository">Where the point is.</param>
/// <param name="plan">The domain to be.</param>
/// <param name="disks">Where its disks are.</param>
/// <param name="warnings">Receives what could not be put back as it was.</param>
/// <param name="after">Called after each durable step, with the file; or null.</param>
internal sealed class DomainDefiner(
    Repository repository,
    DefinitionPlan plan,
    IReadOnlyList<DiskDestination> disks,
    List<string> warnings,
    Action<RestoreStep, string>? after)
{
    private readonly AttachmentReader _files = new(repository);
    private readonly DefinitionFiles _boot = new(repository, plan, after);
    private readonly CheckpointSeed _seed = new(plan.Point, warnings);

    private string Undefined => $"the disks are restored, but domain '{plan.Name}' is not defined";

    /// <summary>Prepares a complete disk for incremental backups, before anybody can write to it.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="path">Where its image is by now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal Task SeedAsync(DiskDestination disk, string path, CancellationToken cancellationToken) =>
        _seed.PrepareAsync(disk, path, plan.KeepIdentity, cancellationToken);

    /// <exception cref="BackupException">Why it is not defined, and what is there nevertheless.</exception>
    /// <exception cref="RestoreInterruptedException">It was cancelled before libvirt was asked.</exception>
    internal async Task<RestoredDomain> DefineAsync(CancellationToken cancellationToken)
    {
        var tpm = new TpmStateWriter(plan, _files, warnings);
        var definition = await PrepareAsync(tpm, cancellationToken).ConfigureAwait(false);
        // From here on it is libvirt's; not to be given up half-way.
        using var domain = await DefineAsync(definition, tpm).ConfigureAwait(false);
        after?.Invoke(RestoreStep.DomainDefined, plan.Name);
        if (plan.KeepIdentity && plan.Point.Autostart) await SetAutostartAsync(domain).ConfigureAwait(false);
        var checkpoint = await _seed.RedefineAsync(domain, definition, CancellationToken.None).ConfigureAwait(false);
        return new RestoredDomain(plan.Name, domain.Uuid, checkpoint);
    }

    /// <summary>Puts all files back that the domain needs.</summary>
    private async Task<DomainXml> PrepareAsync(TpmStateWriter tpm, CancellationToken cancellationToken)
    {
        const string Next = "run the same restore again with --overwrite, which writes only what differs";
        try
        {
            var files = await _boot.FindAsync(cancellationToken).ConfigureAwait(false);
            await _boot.WriteAsync(files, cancellationToken).ConfigureAwait(false);
            var definition = DefinitionEditor.Edit(plan.Stored, plan.Name, plan.KeepIdentity, disks, files, warnings);
            // libvirt writes a UUID into every definition, and a new identity has its own
            await tpm.WriteAsync(definition.Uuid!.Value, cancellationToken).ConfigureAwait(false);
            return definition;
        }
        catch (OperationCanceledException e)
        {
            tpm.Undo();
            throw new RestoreInterruptedException($"{Undefined}; {Next}", e, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or BackupException)
        {
            tpm.Undo();
            throw new BackupException(
                (e as BackupException)?.Kind ?? FailureKind.Failed,
                $"{Undefined}, because a file that it needs cannot be put back: {e.Message}; {Next}",
                e);
        }
    }

    private async Task<LibvirtDomain> DefineAsync(DomainXml definition, TpmStateWriter tpm)
    {
        try
        {
            return await plan.Connection.DefineDomainAsync(
                definition.ToXml(), cancellationToken: CancellationToken.None).ConfigureAwait(false);
        }
        catch (LibvirtException e)
        {
            tpm.Undo();
            throw new BackupException(
                FailureKind.Failed,
                $"{Undefined}, because libvirt refuses it: {e.Message}; {KeepDefinition(definition)}",
                e);
        }
        catch (LibvirtConnectionLostException e)
        {
            // It may be defined: then it needs its TPM's state.
            throw new BackupException(
                FailureKind.Failed,
                $"the disks are restored, but nobody knows whether domain '{plan.Name}' is defined: {e.Message}; see "
                + $"'virsh list --all', and if it is not there, {KeepDefinition(definition)}",
                e);
        }
    }

    /// <returns>What to do next.</returns>
    private string KeepDefinition(DomainXml definition)
    {
        var path = Path.Combine(plan.FilesDirectory, "domain.xml");
        try
        {
            DurableFile.CreateDirectory(plan.FilesDirectory);
            DurableFile.Write(path, System.Text.Encoding.UTF8.GetBytes(definition.ToXml()));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return $"correct '{path}' and run 'virsh define {path}'";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"its definition is in 'lvbackup show {plan.Point.Id} --json', since '{path}' cannot be written: "
                + e.Message;
        }
    }

    private async Task SetAutostartAsync(LibvirtDomain domain)
    {
        try
        {
            await domain.SetAutostartAsync(true, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LibvirtException or LibvirtConnectionLostException)
        {
            warnings.Add($"domain '{plan.Name}' does not start with its host as before: {e.Message}; run 'virsh "
                + $"autostart {plan.Name}'");
        }
    }
}
