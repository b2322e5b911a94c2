using LibvirtBackup.InstantRecovery;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.State;
using Xunit;

namespace LibvirtBackup.Domain.Tests.InstantRecovery;

/// <summary>The notes about domains that run from a repository.</summary>
public sealed class InstantRegistryTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    private InstantRegistry Registry => new(new StateDirectory(_directory.Path));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_note_is_found_by_name_and_by_UUID_as_it_was_written_until_it_is_removed()
    {
        var written = InstantNotes.Make("web") with
        {
            KeyFile = "/key",
            QemuUser = 64055,
            TestedBy = ProcessIdentity.Current,
            Disks = [new InstantDisk { Target = "vda", Image = "/i/vda.qcow2", SizeBytes = 5, ErrorPolicy = "stop" }],
            Files = ["/i/nvram.fd"],
        };
        Registry.Save(InstantNotes.Make("zoo"));
        Registry.Save(written);

        Assert.Equivalent(written, Registry.Get("web"), strict: true);
        Assert.Equivalent(written, Registry.Get($"{written.Uuid}"), strict: true);
        Assert.Equal(["web", "zoo"], Registry.List().Select(domain => domain.Name));
        Registry.Remove(written);
        Assert.Equal(["zoo"], Registry.List().Select(domain => domain.Name));
        Assert.Contains("there is 'zoo'", Refused(() => Registry.Get("web")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_process_at_a_time_changes_a_domain()
    {
        var domain = InstantNotes.Make("web");
        using (Registry.Lock(domain.Uuid, domain.Name))
            Assert.Equal(FailureKind.Busy, Refused(() => Registry.Lock(domain.Uuid, domain.Name)).Kind);
        Registry.Lock(domain.Uuid, domain.Name).Dispose();
        Assert.Empty(Registry.List());
    }

    [Fact]
    public void A_note_that_cannot_be_read_is_told_and_not_taken_for_nothing()
    {
        var domain = InstantNotes.Make("web");
        Registry.Save(domain);
        var path = _directory.File($"instant/{domain.Uuid}/domain.json");
        File.WriteAllText(path, "{");

        Assert.Contains(path, Refused(() => Registry.List()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(InstantPhase.Preparing, true)]
    [InlineData(InstantPhase.Running, false)]
    [InlineData(InstantPhase.Discarding, true)]
    public void Only_what_never_ran_or_is_to_go_is_cleared_away(object phase, bool isLeftOver)
    {
        var domain = InstantNotes.Make("web") with { Phase = (InstantPhase)phase };
        Assert.Equal(isLeftOver, domain.IsLeftOver);
    }

    [Fact]
    public void A_test_is_cleared_away_when_its_process_is_dead()
    {
        var test = InstantNotes.Make("web") with { TestedBy = ProcessIdentity.Current };
        Assert.False(test.IsLeftOver);
        Assert.True((test with { TestedBy = ProcessIdentity.Current with { StartTime = 1 } }).IsLeftOver);
    }

    private static BackupException Refused(Action act) => Assert.Throws<BackupException>(act);
}
