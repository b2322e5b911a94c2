using LibvirtBackup.Cli.Output;

namespace LibvirtBackup.Cli.Tests.Output;

public sealed class TextTableTests
{
    private static readonly string[][] s_rows =
        [["vda", "kept", "it is needed by all that comes later"], ["vdb", "x", "-"]];

    [Fact]
    public void The_text_of_the_last_column_goes_on_below_itself_on_a_narrow_terminal() => Assert.Equal(
        """
         Disk   State   Why
        ----------------------------------------
         vda    kept    it is needed by all that
                        comes later
         vdb    x       -

        """,
        Write(screen: 40));

    [Theory]
    [InlineData(null)]
    [InlineData(200)]
    [InlineData(30)] // too narrow for anything: the terminal breaks the lines
    public void Elsewhere_a_row_is_a_line(int? screen) => Assert.Equal(4, Write(screen).Split('\n').Length - 1);

    private static string Write(int? screen)
    {
        using var output = new StringWriter { NewLine = "\n" };
        TextTable.Write(output, ["Disk", "State", "Why"], s_rows, heading: true, screen);
        return output.ToString();
    }
}
