using LibvirtBackup.Backups.Capturing;
using LibvirtBackup.Domain.Tests.Repositories;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Repositories;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Backups.Capturing;

/// <summary>Files beside the disks.</summary>
public sealed class AttachmentTests : IDisposable
{
    private static readonly Guid s_uuid = Guid.Parse("6695eb01-f6a4-8304-79aa-97f2502e193f");

    private readonly TestDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_file_that_a_domain_needs_is_found_with_its_role()
    {
        var state = _directory.File($"swtpm/{s_uuid}/tpm2");
        Directory.CreateDirectory(state);
        File.WriteAllText(Path.Combine(state, "tpm2-00.permall"), "state");
        File.WriteAllText(Path.Combine(state, ".lock"), "");
        var found = AttachmentFinder.Find(Domain("""<backend type='emulator' version='2.0'/>"""), s_uuid,
            [_directory.File("absent"), _directory.File("swtpm")], "/nvram");
        Assert.Equal(
            [
                new FoundFile(AttachmentRole.Loader, "/fw/OVMF_CODE.fd"),
                new FoundFile(AttachmentRole.Nvram, "/fw/vm_VARS.fd"),
                new FoundFile(AttachmentRole.Kernel, "/boot/vmlinuz"),
                new FoundFile(AttachmentRole.Initrd, "/boot/initrd"),
                new FoundFile(AttachmentRole.TpmState, Path.Combine(state, "tpm2-00.permall")),
            ],
            found);
    }

    [Fact]
    public void State_that_the_definition_names_is_taken_from_there_and_a_real_TPM_has_none()
    {
        var file = _directory.File("state");
        File.WriteAllText(file, "state");
        var named = AttachmentFinder.Find(
            Domain($"<backend type='emulator'><source type='file' path='{file}'/></backend>"), s_uuid, [], "/nvram");
        Assert.Contains(new FoundFile(AttachmentRole.TpmState, file), named);
        var real = AttachmentFinder.Find(
            Domain("<backend type='passthrough'><device path='/dev/tpm0'/></backend>"), s_uuid, [], "/nvram");
        Assert.DoesNotContain(real, found => found.Role == AttachmentRole.TpmState);
    }

    [Theory]
    [InlineData("", "/nvram/vm_VARS.fd")]
    [InlineData("id='3'", null)]
    [InlineData("", null, "<loader/>", "bios")]
    [InlineData("", "/fw/vm.fd", "<nvram>/fw/vm.fd</nvram>")]
    public void The_store_of_firmware_that_libvirt_chooses_is_known_where_only_running_domains_name_it(
        string id, string? store, string named = "", string firmware = "efi")
    {
        var domain = DomainXml.Parse(
            $"<domain type='qemu' {id}><name>vm</name><os firmware='{firmware}'><type>hvm</type>{named}</os></domain>");

        var found = AttachmentFinder.Find(domain, s_uuid, [], "/nvram");

        Assert.Equal(store, found.SingleOrDefault(file => file.Role == AttachmentRole.Nvram).Path);
    }

    [Theory]
    [InlineData("qemu:///system", "/var/lib/libvirt/swtpm", "/var/lib/libvirt/qemu/nvram")]
    [InlineData("qemu:///embed?root=/tmp/root", "/tmp/root/lib/swtpm", "/tmp/root/lib/qemu/nvram")]
    public void TPM_state_and_variables_are_looked_for_where_the_connection_keeps_them(
        string uri, string tpm, string store) =>
        Assert.Equal((tpm, store), (Assert.Single(TpmState.RootsOf(uri)), VariableStore.RootOf(uri)));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64 * 1024)]
    [InlineData((3 * 64 * 1024) + 17)]
    public async Task A_file_comes_back_byte_for_byte_and_again_costs_nothing(int length)
    {
        using var repository = await Repository.CreateAsync(
            _directory.File("repo"), new RepositoryOptions(), TimeProvider.System, Token);
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes.AsSpan(length / 3));
        var path = _directory.File("file");
        await File.WriteAllBytesAsync(path, bytes, Token);
        File.SetUnixFileMode(path, UnixFileMode.UserRead);

        var first = await StoreAsync(repository, path);
        var packs = await repository.Store.ListAsync("packs/", Token);
        var second = await StoreAsync(repository, path);

        Assert.Equal((AttachmentRole.Nvram, path, (long)length), (first.Role, first.Path, first.SizeBytes));
        Assert.Equal((int)UnixFileMode.UserRead, first.Mode);
        Assert.Equal(first, second);
        Assert.Equal(packs, await repository.Store.ListAsync("packs/", Token));
        Assert.Equal(bytes, await repository.OpenMap(first).ReadAllAsync(repository.Reader, Token));
    }

    [Fact]
    public async Task What_cannot_be_read_is_a_warning()
    {
        using var repository = await Repository.CreateAsync(
            _directory.File("repo"), new RepositoryOptions(), TimeProvider.System, Token);
        await using var writer = await repository.BeginWriteAsync("test", Token);
        var warnings = new List<string>();
        var files = new AttachmentWriter(writer, repository.ChunkSizeBytes, warnings);
        Assert.Empty(await files.StoreAsync(
            [new FoundFile(AttachmentRole.Kernel, "/absent"), new FoundFile(AttachmentRole.Nvram, "/dev/zero")],
            Token));
        Assert.Collection(
            warnings,
            line => Assert.Contains("'/absent'", line, StringComparison.Ordinal),
            line => Assert.Contains("device", line, StringComparison.Ordinal));
    }

    public void Dispose() => _directory.Dispose();

    private static DomainXml Domain(string tpmBackend) => DomainXml.Parse($"""
        <domain type='qemu'><name>vm</name><uuid>{s_uuid}</uuid>
        <os><type>hvm</type><loader readonly='yes' type='pflash'>/fw/OVMF_CODE.fd</loader><nvram>/fw/vm_VARS.fd</nvram>
        <kernel>/boot/vmlinuz</kernel><initrd>/boot/initrd</initrd></os>
        <devices><tpm model='tpm-crb'>{tpmBackend}</tpm></devices></domain>
        """);

    private static async Task<PointAttachment> StoreAsync(Repository repository, string path)
    {
        await using var writer = await repository.BeginWriteAsync("test", Token);
        var files = new AttachmentWriter(writer, repository.ChunkSizeBytes, []);
        var stored = await files.StoreAsync([new FoundFile(AttachmentRole.Nvram, path)], Token);
        await writer.FinishAsync(Token);
        return Assert.Single(stored);
    }
}
