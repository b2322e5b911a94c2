using LibvirtBackup.Views;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Views;

public sealed class ViewRegistryTests : IDisposable
{
    private static readonly ViewRecord s_view = new()
    {
        Name = "before",
        Id = "0123abcd",
        DomainUuid = Guid.Parse("6435bf46-9cc6-411e-8a32-b18f9f4a2d4a"),
        Domain = "web",
        Scratch = "/scratch/lvb-0123abcd",
        Time = DateTimeOffset.UnixEpoch,
        CanDrop = true,
        Phase = ViewPhase.Opening,
        Disks = [new ViewDisk { Name = "vda", SizeBytes = 1, LimitBytes = 2, Since = ["monday"] }],
    };

    private readonly TestDirectory _directory = new();

    private ViewRegistry Registry => new(_directory.Path);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_is_saved_is_found_by_another_process_until_it_is_removed()
    {
        using var held = Registry.Lock("before");
        Assert.Empty(Registry.List()); // a directory without a record is nobody's
        Registry.Save(s_view);
        Registry.Save(s_view with { Phase = ViewPhase.Open });

        var found = Registry.Get("before");
        Assert.Equal((ViewPhase.Open, "0123abcd", s_view.DomainUuid), (found.Phase, found.Id, found.DomainUuid));
        Assert.Equal(["monday"], found.Disks[0].Since);
        Assert.Equal(["before"], Registry.List().Select(view => view.Name));

        Registry.Remove("before", held);
        Assert.Empty(Registry.List());
        Assert.Throws<BackupException>(() => Registry.Get("before"));
    }

    [Fact]
    public void A_view_is_busy_only_while_its_lock_is_held()
    {
        Assert.False(Registry.IsBusy("before"));
        using (Registry.Lock("before"))
        {
            Assert.True(Registry.IsBusy("before"));
            Assert.Equal(FailureKind.Busy, Assert.Throws<BackupException>(() => Registry.Lock("before")).Kind);
        }

        Assert.False(Registry.IsBusy("before"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../web")]
    [InlineData(".hidden")]
    [InlineData("a b")]
    public void Names_that_are_no_plain_file_names_are_refused_and_not_found(string name)
    {
        Assert.Equal(
            FailureKind.Usage, Assert.Throws<BackupException>(() => ViewRegistry.CheckName(name)).Kind);
        Assert.Throws<BackupException>(() => Registry.Get(name));
    }

    [Fact]
    public void A_record_that_cannot_be_read_is_told_and_never_taken_for_none()
    {
        using var held = Registry.Lock("before");
        File.WriteAllText(Path.Combine(_directory.Path, "views", "before", "view.json"), "{");

        var refused = Assert.Throws<BackupException>(() => Registry.List());

        Assert.Contains("view.json' cannot be read", refused.Message, StringComparison.Ordinal);
    }
}
