using LibvirtBackup.Generator.Description;
using LibvirtBackup.Generator.Types;

namespace LibvirtBackup.Generator.Wrappers.Shapes;

/// <summary>Arrays that libvirt allocates and the caller frees.</summary>
internal static class ListShapes
{
    /// <summary>Pointers to handles or structs; the result counts them.</summary>
    public static void List(Shape shape)
    {
        StructSymbol symbol = shape.Struct(shape.Parameter.Type.Base);
        if (symbol.IsOpaque)
        {
            string handle = Naming.Handle(symbol);
            shape.Before($"nint* {shape.Local} = null;");
            shape.Return(
                $"{handle}[]",
                $"NativeArray.TakeHandles({shape.Local}, result, &{handle}.Own)",
                "New references; dispose each one.");
        }
        else
        {
            string copy = StructCopies.TypeOf(symbol);
            bool together = shape.Argument.Length > 0;
            string free = $"&LibvirtNative.{(together ? shape.Argument : symbol.Name + "Free")}";
            shape.Before($"{symbol.Name}** {shape.Local} = null;");
            shape.Return(
                $"{copy}[]",
                $"NativeArray.{(together ? "TakeList" : "TakePointers")}({shape.Local}, result, &{copy}.Copy, {free})",
                $"Copies of the <c>{symbol.Name}</c> structs.");
        }

        shape.Pass($"&{shape.Local}");
        shape.Plan.ResultIsCount = true;
    }

    /// <summary>Structs side by side in one allocation; the result counts them.</summary>
    public static void Structs(Shape shape)
    {
        StructSymbol symbol = shape.Struct(shape.Parameter.Type.Base);
        string copy = StructCopies.TypeOf(symbol);
        shape.Before($"{symbol.Name}* {shape.Local} = null;");
        shape.Pass($"&{shape.Local}");
        shape.Return(
            $"{copy}[]",
            $"NativeArray.TakeStructs({shape.Local}, result, &{copy}.Copy)",
            $"Copies of the <c>{symbol.Name}</c> structs.");
        shape.Plan.ResultIsCount = true;
    }

    /// <summary>An array of texts; the result counts them.</summary>
    public static void Texts(Shape shape)
    {
        shape.Before($"byte** {shape.Local} = null;");
        shape.Pass($"&{shape.Local}");
        shape.Return("string[]", $"NativeText.TakeArray({shape.Local}, result)", "The texts.");
        shape.Plan.ResultIsCount = true;
    }

    /// <summary>Plain values whose number an expression over the result says.</summary>
    public static void Sized(Shape shape)
    {
        string element = shape.PointedType[..^1];
        shape.Before($"{element}* {shape.Local} = null;");
        shape.Pass($"&{shape.Local}");
        Values(shape, element, shape.Argument);
    }

    /// <summary>Plain values whose number libvirt stores in another parameter.</summary>
    public static void Counted(Shape shape)
    {
        string element = shape.PointedType[..^1];
        string count = WrapperPlan.Local(shape.Argument);
        string type = shape.Types.Of(shape.Plan.Native(shape.Argument).Type, shape.Plan.Function.Name)[..^1];
        shape.Before($"{element}* {shape.Local} = null;");
        shape.Before($"{type} {count} = 0;");
        shape.Pass($"&{shape.Local}");
        shape.Plan.Arguments[shape.Argument] = $"&{count}";
        Values(shape, element, $"checked((int){count})");
    }

    private static void Values(Shape shape, string element, string count) => shape.Return(
        $"{element}[]",
        $"NativeArray.Take({shape.Local}, {count})",
        $"The values of <c>{shape.Parameter.Name}</c>.");
}
