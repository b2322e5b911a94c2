using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Libvirt.TypedParameters;

public sealed class TypedParameterListTests
{
    private static readonly TypedParameterList s_list = new(
        new IntParameter("int", -1),
        new UIntParameter("uint", uint.MaxValue),
        new LongParameter("long", long.MinValue),
        new ULongParameter("ulong", ulong.MaxValue),
        new DoubleParameter("double", 0.5),
        new BooleanParameter("boolean", true),
        new StringParameter("string", "text"),
        new UnknownParameter("later", 99, 7),
        new StringParameter("string", "second"));

    [Fact]
    public void Numbers_convert_only_when_the_value_fits()
    {
        Assert.Equal(-1, s_list.GetInt64("int"));
        Assert.Equal(-1, s_list.GetInt32("int"));
        Assert.Null(s_list.GetUInt64("int"));
        Assert.Equal(uint.MaxValue, s_list.GetInt64("uint"));
        Assert.Null(s_list.GetInt32("uint"));
        Assert.Equal(long.MinValue, s_list.GetInt64("long"));
        Assert.Null(s_list.GetUInt64("long"));
        Assert.Equal(ulong.MaxValue, s_list.GetUInt64("ulong"));
        Assert.Null(s_list.GetInt64("ulong"));
    }

    [Fact]
    public void A_value_is_read_only_as_its_own_type()
    {
        Assert.Equal(0.5, s_list.GetDouble("double"));
        Assert.True(s_list.GetBoolean("boolean"));
        Assert.Null(s_list.GetInt64("double"));
        Assert.Null(s_list.GetInt64("boolean"));
        Assert.Null(s_list.GetBoolean("int"));
        Assert.Null(s_list.GetString("int"));
        Assert.Null(s_list.GetInt64("later"));
    }

    [Fact]
    public void The_first_of_two_equal_names_counts_and_absent_names_are_null()
    {
        Assert.Equal("text", s_list.GetString("string"));
        Assert.Null(s_list.GetString("String"));
        Assert.Null(s_list.GetDouble("none"));
        Assert.False(s_list.TryGet("none", out _));
        Assert.Equal(9, s_list.Count);
    }
}
