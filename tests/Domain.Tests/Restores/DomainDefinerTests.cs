using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Capturing;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Repositories;
using LibvirtBackup.Restores;
using LibvirtBackup.Restores.Definitions;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Restores;

/// <summary>Domains that are defined, and files put back, on libvirt's test driver.</summary>
public sealed class DomainDefinerTests : IDisposable
{
    private const string Stored = """
        <domain type='test'><name>web</name><uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid><memory>1024</memory>
        <os><type>hvm</type></os>
        <devices><tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm></devices></domain>
        """;

    private readonly TestDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TPM_state_comes_back_under_the_new_UUID_and_other_files_only_where_they_changed()
    {
        await using var connection = await LibvirtConnection.OpenAsync("test:///default", cancellationToken: Token);
        using var repository = await CreateAsync();
        var kernel = await WriteAsync("boot/kernel", 70_000);
        // Distributions' kernels and firmware often are links.
        File.Move(kernel, kernel + "-6.1");
        File.CreateSymbolicLink(kernel, "kernel-6.1");
        var initrd = await WriteAsync("boot/initrd", 90_000);
        var state = await WriteAsync("old/tpm2-00.permall", 1234);
        var expected = await File.ReadAllBytesAsync(state, Token);
        var wanted = await File.ReadAllBytesAsync(initrd, Token);
        var plan = await PlanAsync(
            connection, repository, Stored,
            (AttachmentRole.Kernel, kernel), (AttachmentRole.Initrd, initrd), (AttachmentRole.TpmState, state));
        File.Delete(state);
        Directory.Delete(_directory.File("swtpm")); // as on a host that never had a TPM
        await File.WriteAllBytesAsync(initrd, new byte[wanted.Length], Token);
        var warnings = new List<string>();

        var domain = await new DomainDefiner(repository, plan, [], warnings, after: null).DefineAsync(Token);

        Assert.Empty(warnings);
        Assert.NotEqual(plan.Point.DomainUuid, domain.Uuid);
        var restored = _directory.File($"swtpm/{domain.Uuid}/tpm2/tpm2-00.permall");
        Assert.Equal(expected, await File.ReadAllBytesAsync(restored, Token));
        Assert.False(File.Exists(plan.PathOf(AttachmentRole.Kernel)));
        Assert.Equal(wanted, await File.ReadAllBytesAsync(plan.PathOf(AttachmentRole.Initrd), Token));
        using var defined = await connection.LookupDomainAsync("web2", Token);
        await defined.UndefineAsync(cancellationToken: Token);
    }

    [Fact]
    public async Task A_definition_that_libvirt_does_not_take_leaves_the_text_and_no_TPM_state()
    {
        await using var connection = await LibvirtConnection.OpenAsync("test:///default", cancellationToken: Token);
        using var repository = await CreateAsync();
        var state = await WriteAsync("old/tpm2-00.permall", 1234);
        var plan = await PlanAsync(
            connection, repository, Stored.Replace("<type>hvm", "<type>nonsense", StringComparison.Ordinal),
            (AttachmentRole.TpmState, state));
        Directory.Delete(plan.FilesDirectory); // as when all disks have targets of their own

        var e = await Assert.ThrowsAsync<BackupException>(
            () => new DomainDefiner(repository, plan, [], [], after: null).DefineAsync(Token));

        var path = Path.Combine(plan.FilesDirectory, "domain.xml");
        Assert.Contains($"'virsh define {path}'", e.Message, StringComparison.Ordinal);
        Assert.Contains("nonsense", await File.ReadAllTextAsync(path, Token), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.File("swtpm")));
    }

    [Fact]
    public async Task A_defined_domain_that_cannot_start_with_its_host_is_defined_nevertheless_with_its_TPM_state()
    {
        var oneByOne = new LibvirtConnectionOptions { MaximumConcurrentCalls = 1 };
        await using var connection = await LibvirtConnection.OpenAsync("test:///default", oneByOne, Token);
        using var repository = await CreateAsync();
        var state = await WriteAsync("old/tpm2-00.permall", 1234);
        // The driver has a domain with the usual UUID.
        var xml = Stored.Replace("6695eb01", "11111111", StringComparison.Ordinal);
        var plan = await PlanAsync(connection, repository, xml, (AttachmentRole.TpmState, state));
        plan = plan with { KeepIdentity = true, Point = plan.Point with { Autostart = true } };
        using var before = await connection.DefineDomainAsync(
            xml.Replace(">web<", ">web2<", StringComparison.Ordinal), cancellationToken: Token);
        var warnings = new List<string>();
        // The domain goes right after it was defined, so libvirt refuses what follows.
        var undefining = Task.CompletedTask;
        var definer = new DomainDefiner(
            repository, plan, [], warnings, (_, _) => undefining = before.UndefineAsync(cancellationToken: Token));

        var defined = await definer.DefineAsync(Token);

        await undefining;
        Assert.Equal(plan.Point.DomainUuid, defined.Uuid);
        Assert.Contains("'virsh autostart web2'", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.True(File.Exists(_directory.File($"swtpm/{plan.Point.DomainUuid}/tpm2/tpm2-00.permall")));
        Assert.False(File.Exists(Path.Combine(plan.FilesDirectory, "domain.xml")));
    }

    [Fact]
    public async Task Damaged_TPM_state_leaves_no_domain_and_says_that_the_disks_are_restored()
    {
        await using var connection = await LibvirtConnection.OpenAsync("test:///default", cancellationToken: Token);
        using var repository = await CreateAsync();
        var state = await WriteAsync("old/tpm2-00.permall", 1234);
        var plan = await PlanAsync(connection, repository, Stored, (AttachmentRole.TpmState, state));
        Directory.Delete(_directory.File("repo/packs"), recursive: true);

        var e = await Assert.ThrowsAsync<BackupException>(
            () => new DomainDefiner(repository, plan, [], [], after: null).DefineAsync(Token));

        Assert.Equal(FailureKind.Integrity, e.Kind);
        Assert.Contains("the disks are restored, but domain 'web2' is not", e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.File("swtpm")));
        await Assert.ThrowsAsync<LibvirtException>(() => connection.LookupDomainAsync("web2", Token));
    }

    [Fact]
    public async Task An_interruption_before_the_definition_says_that_the_disks_are_restored()
    {
        await using var connection = await LibvirtConnection.OpenAsync("test:///default", cancellationToken: Token);
        using var repository = await CreateAsync();
        var store = await WriteAsync("fw/vars.fd", 4321);
        var state = await WriteAsync("old/tpm2-00.permall", 1234);
        var plan = await PlanAsync(
            connection, repository, Stored, (AttachmentRole.Nvram, store), (AttachmentRole.TpmState, state));
        using var interruption = new CancellationTokenSource();
        var definer = new DomainDefiner(repository, plan, [], [], (step, _) =>
        {
            if (step == RestoreStep.FileWritten) interruption.Cancel();
        });

        var e = await Assert.ThrowsAsync<RestoreInterruptedException>(() => definer.DefineAsync(interruption.Token));

        Assert.Contains("the disks are restored, but domain 'web2' is not", e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.File("swtpm")));
        await Assert.ThrowsAsync<LibvirtException>(() => connection.LookupDomainAsync("web2", Token));
    }

    public void Dispose() => _directory.Dispose();

    private Task<Repository> CreateAsync() =>
        Repository.CreateAsync(_directory.File("repo"), new RepositoryOptions(), TimeProvider.System, Token);

    private async Task<string> WriteAsync(string name, int length)
    {
        var path = _directory.File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        await File.WriteAllBytesAsync(path, bytes, Token);
        return path;
    }

    private async Task<DefinitionPlan> PlanAsync(
        LibvirtConnection connection, Repository repository, string xml,
        params (AttachmentRole Role, string Path)[] files)
    {
        await using var writer = await repository.BeginWriteAsync("test", Token);
        var attachments = new AttachmentWriter(writer, repository.ChunkSizeBytes, []);
        var stored = await attachments.StoreAsync(
            [.. files.Select(file => new FoundFile(file.Role, file.Path))], Token);
        await writer.FinishAsync(Token);
        var domain = DomainXml.Parse(xml);
        Directory.CreateDirectory(_directory.File("swtpm"));
        Directory.CreateDirectory(_directory.File("out"));
        return new DefinitionPlan
        {
            Connection = connection,
            Point = TestPoints.Make(domain.Uuid!.Value, 1, BackupLevel.Full, null) with
            {
                DomainXml = xml,
                Disks = [],
                Attachments = stored,
            },
            Name = "web2",
            KeepIdentity = false,
            Stored = domain,
            FilesDirectory = _directory.File("out"),
            TpmRoots = [_directory.File("swtpm")],
        };
    }
}
