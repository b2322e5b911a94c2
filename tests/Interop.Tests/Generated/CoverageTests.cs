using System.Xml.Linq;
using LibvirtBackup.Generator.Overrides;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Generated;

public sealed class CoverageTests
{
    private static readonly IReadOnlyList<OverrideRow> s_rows = OverrideTable.Load().Rows;

    [Fact]
    public void Every_symbol_of_the_newest_description_is_bound_or_listed_with_a_reason() =>
        Assert.Empty(Missing(LibvirtDescription.NewestFolder()));

    [Fact]
    public void Every_symbol_of_the_hosts_description_is_bound_or_listed_with_a_reason() =>
        Assert.Empty(Missing(LibvirtDescription.HostsFolder()));

    [Fact]
    public void Every_function_is_imported_under_its_own_name_and_no_other_is()
    {
        IEnumerable<string> described = Names(LibvirtDescription.NewestFolder(), "function");

        Assert.Equal(described.Order(), BoundSymbols.Imports().Select(m => m.Name).Order());
    }

    [Fact]
    public void Every_function_has_a_checked_wrapper_or_a_reason_for_having_none()
    {
        HashSet<string> wrapped = [.. BoundSymbols.Wrappers().Select(m => m.Name)];
        string[] described = [.. Names(LibvirtDescription.NewestFolder(), "function")];

        Assert.DoesNotContain(described, f => !wrapped.Contains(f) && !IsListed(f, "not-wrapped"));
        Assert.DoesNotContain(described, f => wrapped.Contains(f) && IsListed(f, "not-wrapped"));
        Assert.Empty(wrapped.Except(described));
    }

    [Fact]
    public void Nothing_is_bound_that_is_not_described_and_every_version_is_the_described_one()
    {
        IReadOnlyList<XElement> symbols = LibvirtDescription.Symbols(LibvirtDescription.NewestFolder());
        HashSet<(string, string)> described = [.. symbols.Select(s => (Name(s), (string)s.Attribute("version")!))];

        Assert.DoesNotContain(BoundSymbols.All(), bound => !described.Contains(bound));
    }

    [Fact]
    public void Every_row_of_the_tables_gives_a_reason() =>
        Assert.All(s_rows, row => Assert.True(row.Reason.Length > 4, $"{row.Symbol} {row.Subject}: '{row.Reason}'"));

    private static IEnumerable<string> Missing(string folder)
    {
        HashSet<string> bound = [.. BoundSymbols.All().Select(b => b.Name)];
        return LibvirtDescription.Symbols(folder)
            .Where(s => !bound.Contains(Bearer(s)) && !IsListed(Bearer(s), "not-bound"))
            .Select(s => $"{s.Name.LocalName} {Name(s)}");
    }

    // A typedef of a pointer is bound when what it points to is.
    private static string Bearer(XElement symbol)
    {
        string? type = symbol.Name.LocalName == "typedef" ? (string?)symbol.Attribute("type") : null;
        return type?.EndsWith(" *", StringComparison.Ordinal) == true ? type[..^2] : Name(symbol);
    }

    private static bool IsListed(string symbol, string rule) =>
        s_rows.Any(r => r.Rule == rule && r.Matches(symbol, "-"));

    private static IEnumerable<string> Names(string folder, string kind) =>
        LibvirtDescription.Symbols(folder).Where(s => s.Name.LocalName == kind).Select(Name);

    private static string Name(XElement symbol) => (string)symbol.Attribute("name")!;
}
